#include "api/handlers/connectors/core_bank_patch.h"

#include "api/bounds.h"
#include "base/limits.h"
#include "connectors/mambu/settings.h"

#include <algorithm>

namespace settled::api {

namespace {

using payloads::Reader;

Result<std::string> as_written(std::string_view text) {
    return std::string(text);
}

// RFC 9110 section 5.6.2: what a header's name is made of.
Result<std::string> parse_header_name(std::string_view text) {
    const bool is_name = std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
    if (!is_name)
        return fail(Code::value_invalid, "give the name of a header: X-Webhook-Secret");
    return std::string(text);
}

Result<std::string> parse_username(std::string_view text) {
    if (text.contains(':'))
        return fail(Code::value_invalid, "a user name has no colon (RFC 7617)");
    return std::string(text);
}

// By a header with a secret, or by a user name with a password.
void read_webhook_proof(Reader& in, CoreBankPatch& patch, CoreBankSecrets& secrets) {
    in.optional_object("webhook_secret", [&](Reader& secret) {
        patch.webhook_header = secret.take("header", limits::text_bytes_max, parse_header_name);
        secrets.webhook_secret = secret.take("secret", bounds::uri_bytes_max, as_written);
        for (const std::string_view name : {"header", "secret"})
            if (!secret.has(name))
                secret.missing(name);
    });
    patch.webhook_username = in.take("webhook_username", limits::text_bytes_max, parse_username);
    const auto password = in.take("webhook_password", bounds::uri_bytes_max, as_written);
    if (in.has("webhook_username") != in.has("webhook_password"))
        in.missing(in.has("webhook_username") ? "webhook_password" : "webhook_username");
    if (in.has("webhook_secret") && in.has("webhook_username"))
        in.refuse(Code::value_invalid, "webhook_secret",
                  "give it or webhook_username and webhook_password, not both");
    if (!password)
        return;
    secrets.webhook_secret = password;
    secrets.is_password = true;
    patch.webhook_header = "";
}

} // namespace

CoreBankPatch read_core_bank(Reader& in, CoreBankSecrets& secrets) {
    CoreBankPatch patch;
    secrets.api_key = in.take("api_key", bounds::uri_bytes_max, as_written);
    patch.api_username = in.take("api_username", limits::text_bytes_max, parse_username);
    read_webhook_proof(in, patch, secrets);
    if (patch.webhook_header && !patch.webhook_header->empty())
        patch.webhook_username = "";
    const bool given = in.optional_object(
        "settings", [](Reader& settings) { (void)connectors::mambu::read_settings(settings); });
    if (given)
        patch.settings = in.member("settings")->raw();
    return patch;
}

void need_core_bank(Reader& in, const CoreBankPatch& given, const CoreBankSecrets& secrets) {
    if (!in.has("api_url"))
        in.missing("api_url");
    if (!secrets.api_key && !in.has("api_key"))
        in.missing("api_key");
    if (!in.has("webhook_secret") && !in.has("webhook_username") && !given.webhook_username)
        in.missing("webhook_secret");
}

void apply(domain::ConnectorSettings& settings, const CoreBankPatch& patch,
           const CoreBankSecrets& secrets) {
    settings.api_token = secrets.api_key.value_or(settings.api_token);
    settings.api_username = patch.api_username.value_or(settings.api_username);
    settings.webhook_header = patch.webhook_header.value_or(settings.webhook_header);
    settings.webhook_username = patch.webhook_username.value_or(settings.webhook_username);
    settings.webhook_secret = secrets.webhook_secret.value_or(settings.webhook_secret);
    settings.core_bank = patch.settings.value_or(settings.core_bank);
    if (settings.core_bank.empty())
        settings.core_bank = "{}"; // the published names
}

} // namespace settled::api
