#include "api/handlers/connectors/connector_files.h"

#include "connectors/mambu/webhook.h"
#include "connectors/mapped/signature.h"
#include "connectors/pubsub/push.h"
#include "custody/custody.h"
#include "custody/time_zones.h"
#include "observe/log.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::api {

namespace {

using FoundTenant = std::optional<store::TenantRow>;

struct Trouble {
    std::string_view member;
    Error error;
};
struct Checked {
    std::optional<Trouble> trouble; // nullopt: all is well
    std::optional<custody::KeyFacts> signing_key;
};
using KeyShown = std::optional<custody::KeyFacts>;

std::string_view said_to_tenants(std::string_view member) {
    if (member == "signing_key")
        return "name a file in this tenant's directory of secrets, such as file:signing.pem: the "
               "operator puts it there, closed to others, with a PKCS#8 PEM RSA key of 2048 to "
               "4096 bits";
    if (member == "api_token")
        return "name a file in this tenant's directory of secrets, such as file:bank.token: the "
               "operator puts it there, closed to others, with the bank's API token on one line";
    if (member == "api_key")
        return "name a file in this tenant's directory of secrets, such as file:mambu.key: the "
               "operator puts it there, closed to others, with the API key or password on one line";
    if (member == "webhook_secret")
        return "name a file in this tenant's directory of secrets, such as file:mambu.secret: the "
               "operator puts it there, closed to others, with 16 bytes or more on one line";
    if (member == "webhook_password")
        return "name a file in this tenant's directory of secrets, such as file:platform.password: "
               "the operator puts it there, closed to others, with 16 bytes or more on one line";
    if (member == "client_secret")
        return "name a file in this tenant's directory of secrets, such as file:platform.secret: "
               "the operator puts it there, closed to others, with the client's secret on one line";
    if (member == "signature")
        return "name secrets by files in this tenant's directory of secrets, such as "
               "file:provider.secret: the operator puts them there, closed to others, with 16 "
               "bytes or more";
    return "jwks_file: name a file in this tenant's directory of secrets, such as google.json: the "
           "operator puts it there, with a JSON Web Key Set";
}

Result<> try_signature(const std::string& written, const custody::Custody& custody) {
    TRY(const auto document, wire::JsonDocument::parse(written));
    TRY_VOID(connectors::mapped::open_signature(document.root(), custody.opener()));
    return {};
}

Result<> try_push(const std::string& written, const custody::Custody& custody) {
    TRY(const auto document, wire::JsonDocument::parse(written));
    TRY(const auto push, connectors::pubsub::PushSettings::parse(document.root()));
    if (push.jwks_file.empty())
        return {};
    const auto keys = custody.read_key_set(push.jwks_file);
    return keys ? Result<>() : fail(keys.error().code, "jwks_file: " + keys.error().detail);
}

// It goes into a header as it is.
Result<> check_token(std::string_view content) {
    const bool is_token = !content.empty() && std::ranges::all_of(content, [](char c) {
        return c > ' ' && c < '\x7f';
    });
    return is_token ? Result<>()
                    : fail(Code::key_unsuitable, "it holds no token: one line without spaces");
}

// In a header, or a password, which may have spaces within.
Result<> check_webhook_secret(std::string_view content) {
    const bool is_line = std::ranges::all_of(
        content, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    if (!is_line || content.starts_with(' ') || content.ends_with(' '))
        return fail(Code::key_unsuitable, "it holds no secret: one line without spaces around it");
    if (content.size() < connectors::mambu::secret_bytes_min)
        return fail(Code::key_unsuitable, "it has less than 16 bytes");
    return {};
}

// Waits for the disk.
std::optional<Trouble> try_secrets(const ConnectorFiles& files, const custody::Custody& custody) {
    if (files.api_token)
        if (const auto token = custody.read_secret(*files.api_token, check_token); !token)
            return Trouble{"api_token", token.error()};
    if (files.signature)
        if (const auto opened = try_signature(*files.signature, custody); !opened)
            return Trouble{"signature", opened.error()};
    if (files.push)
        if (const auto opened = try_push(*files.push, custody); !opened)
            return Trouble{"push", opened.error()};
    if (files.core_bank.api_key)
        if (const auto key = custody.read_secret(*files.core_bank.api_key, check_token); !key)
            return Trouble{"api_key", key.error()};
    if (files.core_bank.webhook_secret)
        if (const auto secret =
                custody.read_secret(*files.core_bank.webhook_secret, check_webhook_secret);
            !secret)
            return Trouble{files.core_bank.is_password ? "webhook_password" : "webhook_secret",
                           secret.error()};
    if (files.platform.client_secret)
        if (const auto secret = custody.read_secret(*files.platform.client_secret, check_token);
            !secret)
            return Trouble{"client_secret", secret.error()};
    if (files.platform.time_zone)
        if (const auto zone = custody::open_time_zone(*files.platform.time_zone); !zone)
            return Trouble{"time_zone", zone.error()};
    return std::nullopt;
}

// Waits for the disk, or for a device.
Checked try_all(const ConnectorFiles& files, const custody::Custody& custody) {
    Checked checked;
    if (files.signing_key) {
        const auto signer = custody.open_signer(*files.signing_key);
        if (!signer)
            return {Trouble{"signing_key", signer.error()}, std::nullopt};
        checked.signing_key = custody::facts_of(**signer);
    }
    checked.trouble = try_secrets(files, custody);
    return checked;
}

// What is wrong is the place of the key, and not what was written.
bool is_of_a_place(Code code) {
    return code == Code::custody_unsupported || code == Code::key_unavailable ||
           info(code).token.starts_with("hsm_") || info(code).token.starts_with("aws_");
}

Task<Result<custody::Custody>> custody_of(const Core& core, const Call& call) {
    if (call.request.trusted_peer)
        co_return custody::Custody::of_operator();
    const TenantId tenant = call.caller.tenant;
    const Result<FoundTenant> found = co_await core.store.read<FoundTenant>(
        [tenant](store::Session& s) { return store::find_tenant(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    SETTLED_ASSERT(found->has_value(), "a key is of a tenant that exists");
    co_return custody::Custody::of_tenant(core.tenant_secrets + "/" + (*found)->name);
}

Result<> refusal(const Trouble& trouble, const Call& call) {
    // Not about a file: what was written.
    const bool is_of_a_file = trouble.error.code != Code::value_invalid;
    if (call.request.trusted_peer || !is_of_a_file)
        return fail(is_of_a_place(trouble.error.code) ? trouble.error.code : Code::value_invalid,
                    fmt::format("{}: {}", trouble.member, trouble.error.detail));
    log::warn("api.secret_refused", {{"member", trouble.member},
                                     {"reason", trouble.error.detail},
                                     {"key", call.caller.name},
                                     {"request_id", call.request.request_id}});
    return fail(Code::value_invalid,
                fmt::format("{}: {}", trouble.member, said_to_tenants(trouble.member)));
}

} // namespace

Task<Result<KeyShown>> check_connector_files(const Core& core, const Call& call,
                                             ConnectorFiles files) {
    if (!files.any())
        co_return KeyShown();
    CO_TRY(const custody::Custody custody, co_await custody_of(core, call));
    const auto named = std::make_shared<const ConnectorFiles>(std::move(files));
    const Result<Checked> checked = co_await core.key_desk.run<Checked>(
        [named, custody] { return Result<Checked>(try_all(*named, custody)); });
    if (!checked)
        co_return std::unexpected(checked.error());
    if (checked->trouble)
        CO_TRY_VOID(refusal(*checked->trouble, call));
    co_return checked->signing_key;
}

} // namespace settled::api
