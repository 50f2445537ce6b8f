#include "custody/schemes.h"

#include "custody/aws/scheme.h"
#include "custody/custody.h"
#include "custody/env/env_scheme.h"
#include "custody/file/file_scheme.h"
#include "custody/file/watched_files.h"
#ifdef SETTLED_PKCS11
#include "custody/pkcs11/scheme.h"
#endif

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <vector>

namespace settled::custody {

namespace {

using Schemes = std::vector<std::shared_ptr<const Scheme>>;

constexpr std::string_view known =
    "a secret is named by file:/path, env:NAME, pkcs11:token=…;object=…, aws-sm:NAME or "
    "s3://BUCKET/KEY";
constexpr std::string_view pkcs11_prefix = "pkcs11:";

void add_aws(Schemes& all, const aws::Settings& settings, std::shared_ptr<aws::Http> http) {
    if (!http)
        return;
    const auto here = aws::Surroundings::of_this_machine();
    const auto client = std::make_shared<aws::Client>(settings, aws::Environment::of_this_process(),
                                                      std::move(http), here);
    all.push_back(std::make_shared<const aws::SecretsManagerScheme>(client, here));
    all.push_back(std::make_shared<const aws::ObjectScheme>(client, here));
}

Schemes make(const Settings& settings, std::shared_ptr<aws::Http> http) {
    Schemes all{std::make_shared<const FileScheme>(), std::make_shared<const EnvScheme>()};
#ifdef SETTLED_PKCS11
    all.push_back(std::make_shared<const pkcs11::Pkcs11Scheme>(
        settings.pkcs11, pkcs11::Waits{},
        [](std::string_view uri) { return Custody::of_operator().read_secret(uri); }));
#else
    (void)settings;
#endif
    add_aws(all, settings.aws, std::move(http));
    return all;
}

struct Set {
    std::mutex mutex;
    Settings settings;
    bool has_http = false;
    Schemes all = make({}, nullptr);
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

void configure(const Settings& settings, std::shared_ptr<aws::Http> http) {
    const bool has_http = http != nullptr;
    Schemes all = make(settings, std::move(http));
    const std::lock_guard lock(the_set().mutex);
    if (the_set().settings == settings && the_set().has_http == has_http)
        return;
    the_set().settings = settings;
    the_set().has_http = has_http;
    std::swap(the_set().all, all); // what is open in the old ones ends with its last user
}

Result<std::shared_ptr<const Scheme>> scheme_of(std::string_view uri) {
    for (auto& scheme : all_schemes())
        if (uri.starts_with(scheme->prefix()))
            return scheme;
    if (uri.starts_with(pkcs11_prefix))
        return fail(Code::custody_unsupported,
                    "this program was built without PKCS#11: it needs the headers of p11-kit");
    if (uri.starts_with(aws::secret_prefix) || uri.starts_with(aws::object_prefix))
        return fail(Code::custody_unsupported, "this program reads nothing from AWS");
    return fail(Code::value_invalid, std::string(known));
}

bool names_secret(std::string_view text) {
    const auto scheme = scheme_of(text);
    return text.starts_with('/') || scheme || scheme.error().code == Code::custody_unsupported;
}

std::string secret_uri(std::string_view place) {
    const auto scheme = scheme_of(place);
    const bool has_scheme = scheme || scheme.error().code == Code::custody_unsupported;
    return has_scheme ? std::string(place) : fmt::format("file:{}", place);
}

void retry_pins() {
    for (const auto& scheme : all_schemes())
        scheme->retry_pins();
}

bool take_due() {
    bool is_due = take_changed_files();
    for (const auto& scheme : all_schemes())
        is_due = scheme->take_due() || is_due;
    return is_due;
}

std::chrono::seconds clock_offset() {
    std::chrono::seconds largest(0);
    for (const auto& scheme : all_schemes())
        if (const auto offset = scheme->clock_offset();
            std::abs(offset.count()) > std::abs(largest.count()))
            largest = offset;
    return largest;
}

std::string tenant_prefix() {
    const std::lock_guard lock(the_set().mutex);
    return the_set().settings.aws.tenant_prefix;
}

} // namespace settled::custody
