#include "custody/schemes.h"

#include "custody/custody.h"
#include "custody/env/env_scheme.h"
#include "custody/file/file_scheme.h"
#ifdef SETTLED_PKCS11
#include "custody/pkcs11/scheme.h"
#endif

#include <fmt/format.h>

#include <mutex>
#include <vector>

namespace settled::custody {

namespace {

using Schemes = std::vector<std::shared_ptr<const Scheme>>;

constexpr std::string_view known =
    "a secret is named by file:/path, env:NAME or pkcs11:token=…;object=…";
constexpr std::string_view pkcs11_prefix = "pkcs11:";

Schemes make(const Settings& settings) {
    Schemes all{std::make_shared<const FileScheme>(), std::make_shared<const EnvScheme>()};
#ifdef SETTLED_PKCS11
    all.push_back(std::make_shared<const pkcs11::Pkcs11Scheme>(
        settings.pkcs11, pkcs11::Waits{},
        [](std::string_view uri) { return Custody::of_operator().read_secret(uri); }));
#else
    (void)settings;
#endif
    return all;
}

struct Set {
    std::mutex mutex;
    Settings settings;
    Schemes all = make({});
};

// Never destroyed: threads of tokens may be at work while the process ends.
Set& the_set() {
    static Set& set = *new Set;
    return set;
}

Schemes all_schemes() {
    const std::lock_guard lock(the_set().mutex);
    return the_set().all;
}

} // namespace

std::string_view token(Kind kind) {
    switch (kind) {
    case Kind::file:
        return "file";
    case Kind::env:
        return "env";
    case Kind::hsm:
        return "hsm";
    case Kind::secrets_manager:
        return "secrets_manager";
    case Kind::s3:
        return "s3";
    }
    return "";
}

Result<std::string> Scheme::generate(std::string_view, unsigned) const {
    return fail(Code::custody_unsupported,
                fmt::format("no key is made in {}…; give file:/path or pkcs11:…", prefix()));
}

Result<std::string> Scheme::import_key(std::string_view, const Secret&) const {
    return fail(Code::custody_unsupported,
                fmt::format("no key is put into {}…; give file:/path or pkcs11:…", prefix()));
}

void configure(const Settings& settings) {
    Schemes all = make(settings);
    const std::lock_guard lock(the_set().mutex);
    if (the_set().settings == settings)
        return;
    the_set().settings = settings;
    std::swap(the_set().all, all); // what is open in the old ones ends with its last user
}

Result<std::shared_ptr<const Scheme>> scheme_of(std::string_view uri) {
    for (auto& scheme : all_schemes())
        if (uri.starts_with(scheme->prefix()))
            return scheme;
    if (uri.starts_with(pkcs11_prefix))
        return fail(Code::custody_unsupported,
                    "this program was built without PKCS#11: it needs the headers of p11-kit");
    return fail(Code::value_invalid, std::string(known));
}

void retry_pins() {
    for (const auto& scheme : all_schemes())
        scheme->retry_pins();
}

} // namespace settled::custody
