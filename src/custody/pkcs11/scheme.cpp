#include "custody/pkcs11/scheme.h"

#include "custody/pkcs11/hsm_signer.h"
#include "custody/pkcs11/key_pairs.h"
#include "custody/pkcs11/result.h"
#include "custody/pkcs11/uri.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::custody::pkcs11 {

namespace {

bool fits(const TokenSelector& wanted, const Slot& slot) {
    const auto agrees = [](const std::string& asked, const std::string& there) {
        return asked.empty() || asked == there;
    };
    return agrees(wanted.label, slot.label) && agrees(wanted.serial, slot.serial) &&
           agrees(wanted.manufacturer, slot.manufacturer) && agrees(wanted.model, slot.model) &&
           (!wanted.slot_id || *wanted.slot_id == slot.id);
}

Result<Secret> secret_in(Session& session, const Uri& uri) {
    TRY(const CK_OBJECT_HANDLE object, session.find(uri, CKO_DATA));
    if (!session.is_set(object, CKA_PRIVATE))
        return fail(Code::key_unsuitable,
                    "the data object is not private: the token shows it without a PIN");
    TRY(const Secret whole, session.secret_of(object, CKA_VALUE));
    std::string_view text = whole.reveal();
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.empty())
        return fail(Code::key_unsuitable, "the data object is empty");
    return Secret(std::string(text));
}

} // namespace

Result<std::shared_ptr<Module>> Pkcs11Scheme::module_at(const std::string& path) const {
    if (const auto known = modules_.find(path); known != modules_.end())
        return known->second;
    TRY(auto module, Module::load(path, waits_));
    modules_.emplace(path, module);
    return module;
}

Result<std::vector<std::string>> Pkcs11Scheme::modules_of(const Uri& uri) const {
    if (settings_.modules.empty())
        return fail(Code::custody_unsupported,
                    "no PKCS#11 module is configured: name it in [pkcs11] modules");
    if (uri.module_path.empty())
        return settings_.modules;
    if (std::ranges::find(settings_.modules, uri.module_path) == settings_.modules.end())
        return fail(Code::value_invalid, "a pkcs11: URI has a module-path that is none of [pkcs11] "
                                         "modules in the settings");
    return std::vector{uri.module_path};
}

std::shared_ptr<Token> Pkcs11Scheme::sessions_of(const std::shared_ptr<Module>& module,
                                                 const Slot& slot) const {
    auto& token = tokens_[{module->path(), TokenName{slot.label, slot.serial}}];
    if (!token) {
        const std::size_t most = slot.sessions_max == 0 ? settings_.sessions : slot.sessions_max;
        token = std::make_shared<Token>(module, TokenName{slot.label, slot.serial},
                                        std::min(settings_.sessions, most), waits_, read_pin_);
        token->start();
    }
    return token;
}

// Modules are loaded here, and only here: nothing but what the operator's settings name. One that
// cannot be loaded is in the way of its own tokens alone.
Result<Pkcs11Scheme::Modules> Pkcs11Scheme::load(const std::vector<std::string>& paths) const {
    Modules modules;
    Result<> last;
    for (const std::string& path : paths) {
        auto module = module_at(path);
        if (module)
            modules.push_back(*std::move(module));
        else
            last = std::unexpected(std::move(module).error());
    }
    if (modules.empty())
        return std::unexpected(std::move(last).error());
    return modules;
}

Result<std::shared_ptr<Token>> Pkcs11Scheme::look_for(const Uri& uri,
                                                      const Modules& modules) const {
    std::shared_ptr<Token> found;
    for (const auto& module : modules) {
        const auto use = module->use();
        TRY(const auto slots, module->slots());
        for (const Slot& slot : slots) {
            if ((slot.flags & CKF_TOKEN_INITIALIZED) == 0 || !fits(uri.token, slot))
                continue;
            if (found)
                return fail(Code::hsm_key_ambiguous,
                            "several tokens fit the URI: name one by token=… or serial=…");
            found = sessions_of(module, slot);
        }
    }
    if (!found)
        return fail(Code::hsm_token_missing, "no module shows a token that fits the URI");
    return found;
}

Result<std::shared_ptr<Token>> Pkcs11Scheme::token_of(const Uri& uri) const {
    TRY(const auto paths, modules_of(uri));
    const std::lock_guard lock(mutex_);
    TRY(const Modules modules, load(paths));
    std::vector<std::uint64_t> seen;
    for (const auto& module : modules)
        seen.push_back(module->generation());
    auto found = look_for(uri, modules);
    const Code code = found ? Code::internal : found.error().code;
    if (code != Code::hsm_token_missing && code != Code::hsm_failed)
        return found;
    // It may have come since the module was initialised.
    bool is_new = false;
    for (std::size_t i = 0; i < modules.size(); ++i)
        is_new = modules[i]->initialise_again(seen[i]).has_value() || is_new;
    return is_new ? look_for(uri, modules) : found;
}

Result<Secret> Pkcs11Scheme::read(std::string_view text) const {
    TRY(const Uri uri, parse_uri(text));
    if (uri.type && *uri.type != ObjectType::data)
        return fail(Code::key_unsuitable, "a secret is a data object: type=data");
    TRY(const auto token, token_of(uri));
    if (!uri.pin_source.empty())
        TRY_VOID(token->compare_pin(uri.pin_source));
    return token->ask<Secret>(uri.pin_source,
                              [uri](Session& session) { return secret_in(session, uri); });
}

Result<std::shared_ptr<crypto::Signer>> Pkcs11Scheme::open_signer(std::string_view text) const {
    TRY(Uri uri, parse_uri(text));
    TRY(auto token, token_of(uri));
    TRY(std::shared_ptr<crypto::Signer> signer,
        HsmSigner::open(std::move(token), std::move(uri), settings_.mechanism));
    return signer;
}

Result<std::string> Pkcs11Scheme::generate(std::string_view text, unsigned bits) const {
    TRY(const Uri uri, parse_uri(text));
    TRY(const auto token, token_of(uri));
    return token->write<std::string>(
        uri.pin_source, [&](Session& session) { return generate_pair(session, uri, bits); });
}

Result<std::string> Pkcs11Scheme::import_key(std::string_view text, const Secret& pem) const {
    TRY(const Uri uri, parse_uri(text));
    TRY(const auto token, token_of(uri));
    return token->write<std::string>(uri.pin_source, [&](Session& session) {
        return import_pair(session, uri, pem.reveal()); // it goes into the token's template
    });
}

void Pkcs11Scheme::retry_pins() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, token] : tokens_)
        token->retry();
}

void Pkcs11Scheme::add(std::shared_ptr<Module> module) const {
    const std::lock_guard lock(mutex_);
    modules_[module->path()] = std::move(module);
}

void Pkcs11Scheme::close() {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, token] : tokens_)
        token->close();
    for (const auto& [path, module] : modules_)
        module->finalise();
    tokens_.clear();
    modules_.clear();
}

} // namespace settled::custody::pkcs11
