#include "api/handlers/connectors/connector_patch.h"

#include "api/bounds.h"
#include "api/handlers/connectors/bank_keys.h"
#include "base/limits.h"
#include "base/money.h"
#include "connectors/mapped/mapping.h"
#include "connectors/pubsub/push.h"
#include "connectors/source_blocks.h"
#include "crypto/rsa.h"
#include "net/address_block.h"
#include "net/client/client.h"
#include "payloads/order_reader.h"
#include "payloads/reader.h"
#include "payloads/scheme_text.h"
#include "wire/time.h"

#include <algorithm>

namespace settled::api {

namespace {

using payloads::Reader;

Result<> check_mapping(wire::Json written) {
    const auto mapping = connectors::mapped::Mapping::parse(written);
    if (!mapping)
        return std::unexpected(mapping.error());
    if (mapping->reads_by_index())
        return fail(
            Code::value_invalid,
            "the id or the amount is one entry of a list, and the others would be lost; name "
            "the list as \"each\" and read the rest in its entries");
    return {};
}

Result<> check_push(wire::Json written) {
    const auto push = connectors::pubsub::PushSettings::parse(written);
    return push ? Result<>() : std::unexpected(push.error());
}

Result<> check_signature(wire::Json written) {
    return written.is_object() ? Result<>() : fail(Code::value_invalid, "give an object");
}

Result<std::string> as_written(std::string_view text) {
    return std::string(text);
}

// A member that is kept as it was written.
std::optional<std::string> read_written(Reader& in, std::string_view name,
                                        Result<> (*check)(wire::Json)) {
    const auto written = in.member(name);
    if (!written)
        return std::nullopt;
    if (const auto good = check(*written); !good)
        in.refuse(Code::value_invalid, name, good.error().detail);
    return std::string(written->raw());
}

std::optional<bool> read_flag(Reader& in, std::string_view name) {
    const bool flag = in.optional_flag(name);
    return in.has(name) ? std::optional(flag) : std::nullopt;
}

// Requests append their paths to it. The client vets every address again when it calls.
Result<std::string> check_api_url(std::string_view text, const net::EgressPolicy& egress) {
    TRY_VOID(check_called_url(text, egress));
    while (text.ends_with('/'))
        text.remove_suffix(1);
    return std::string(text);
}

Result<std::string> parse_institution_account(std::string_view text) {
    const bool is_id = std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
    if (!is_id)
        return fail(Code::value_invalid, "give the bank's id of the account, a UUID, no IBAN");
    return std::string(text);
}

// "0" takes a limit away.
Result<std::int64_t> parse_limit(std::string_view text) {
    TRY(const Currency gbp, Currency::parse("GBP"));
    TRY(const Money limit, parse_money(text, gbp));
    if (limit.minor < 0)
        return fail(Code::amount_invalid, "give an amount in pounds, such as 50000.00; 0 for none");
    return limit.minor;
}

CallPatch read_calls(Reader& in, const net::EgressPolicy& egress) {
    using payloads::CharacterSet;
    CallPatch calls;
    calls.api_url = in.take("api_url", bounds::url_bytes_max,
                            [&](std::string_view text) { return check_api_url(text, egress); });
    calls.institution_account =
        in.take("institution_account", limits::text_bytes_max, parse_institution_account);
    calls.enforce_send_to_scheme = read_flag(in, "enforce_send_to_scheme");
    calls.transliterate = read_flag(in, "transliterate");
    calls.review_unexplained = read_flag(in, "review_unexplained");
    const bool transliterate = calls.transliterate.value_or(false);
    const auto scheme_text = [transliterate](CharacterSet set, std::size_t characters_max) {
        return [=](std::string_view text) {
            return payloads::parse_scheme_text(text, {set, characters_max, transliterate});
        };
    };
    calls.debtor_name =
        in.take("debtor_name", limits::text_bytes_max,
                scheme_text(CharacterSet::words, payloads::order_bounds::name_characters_max));
    calls.debtor_address =
        in.take("debtor_address", limits::text_bytes_max,
                scheme_text(CharacterSet::address, payloads::order_bounds::address_characters_max));
    calls.order_max_minor = in.take("order_max", limits::text_bytes_max, parse_limit);
    calls.day_max_minor = in.take("day_max", limits::text_bytes_max, parse_limit);
    return calls;
}

// Which members a kind has.
Result<> check_kind(std::string_view kind, const ConnectorPatch& given) {
    if (given.api_token_expires && kind != domain::connector_clearbank &&
        kind != domain::connector_mambu)
        return fail(Code::value_invalid,
                    "only clearbank and mambu connectors have a token that ends");
    const bool calls = given.calls.any() || given.files.api_token;
    const bool clearbank =
        given.changes_bank_keys() || given.files.signing_key || given.bank_key_expires || calls;
    const bool mapped = given.files.signature || given.mapping;
    const bool push = given.files.push.has_value();
    const bool core_bank = given.core_bank.any() || given.files.core_bank.any();
    const bool platform = given.platform.any() || given.files.platform.any();
    if (kind == domain::connector_clearmatch) {
        const bool of_core_bank = given.core_bank.api_username || given.core_bank.settings ||
                                  given.files.core_bank.api_key ||
                                  !given.core_bank.webhook_header.value_or("").empty();
        if (clearbank || mapped || push || of_core_bank)
            return fail(
                Code::value_invalid,
                "a clearmatch connector has webhook_username, webhook_password, "
                "content_url_prefix, token_url, client_id, client_secret, scope, time_zone, "
                "partner_code, lenient_json and retention_days alone");
        return {};
    }
    if (platform)
        return fail(Code::value_invalid, "only a clearmatch connector has content_url_prefix, "
                                         "token_url, client_id, client_secret, scope, time_zone, "
                                         "partner_code and lenient_json");
    if (kind == domain::connector_mambu) {
        const bool of_bank = given.changes_bank_keys() || given.bank_key_expires ||
                             given.files.signing_key || given.files.api_token ||
                             given.calls.of_payments();
        if (of_bank || mapped || push)
            return fail(Code::value_invalid,
                        "a mambu connector has api_url, api_key, api_username, webhook_secret or "
                        "webhook_username and webhook_password, settings and retention_days alone");
        return {};
    }
    if (core_bank)
        return fail(Code::value_invalid, "only a mambu connector has api_key, api_username, "
                                         "webhook_secret and settings");
    if (kind == domain::connector_clearbank && (mapped || push))
        return fail(Code::value_invalid,
                    "a clearbank connector has no signature, no mapping and no push");
    if (kind != domain::connector_clearbank && calls)
        return fail(Code::value_invalid,
                    "only clearbank and mambu connectors have an API that is called");
    if (kind == domain::connector_mapped && (clearbank || push))
        return fail(Code::value_invalid,
                    "a mapped connector has no bank_keys, no signing_key and no push");
    if (kind == domain::connector_pubsub_push && (clearbank || mapped))
        return fail(Code::value_invalid,
                    "a pubsub_push connector has push and retention_days alone");
    return {};
}

std::optional<std::vector<std::string>> read_bank_keys(Reader& in, std::string_view name) {
    auto pems = in.optional_texts(name, bounds::bank_keys_per_connector_max, bounds::pem_bytes_max);
    if (pems)
        for (const std::string& pem : *pems)
            if (const auto key = crypto::Verifier::from_pem(pem); !key)
                in.refuse(Code::value_invalid, name, key.error().detail);
    return pems;
}

// A block of addresses, or the word of a bank.
std::optional<std::vector<std::string>> read_allow_ips(Reader& in) {
    constexpr std::size_t blocks_max = 64;
    constexpr std::string_view name = "allow_ips";
    auto blocks = in.optional_texts(name, blocks_max, limits::text_bytes_max);
    if (blocks && blocks->size() == 1 && blocks->front() == "any")
        return std::vector<std::string>();
    if (blocks)
        for (const std::string& block : *blocks)
            if (connectors::source_blocks(block).empty() && !net::AddressBlock::parse(block))
                in.refuse(
                    Code::value_invalid, name,
                    "give blocks of addresses, such as 203.0.113.0/24, or clearbank; or any alone");
    return blocks;
}

// "none" takes a date away.
Result<std::string> parse_expiry(std::string_view text) {
    if (text == "none")
        return std::string();
    const auto at = wire::parse_bank_time(text);
    if (!at)
        return fail(Code::value_invalid, "give a date, such as 2027-03-31, or none");
    return wire::to_rfc3339(*at);
}

void read_bounds(Reader& in, ConnectorPatch& patch) {
    patch.allow_ips = read_allow_ips(in);
    patch.bank_key_expires = in.take("bank_key_expires", limits::text_bytes_max, parse_expiry);
    patch.api_token_expires = in.take("api_token_expires", limits::text_bytes_max, parse_expiry);
}

ConnectorPatch read_settings(Reader& in, const net::EgressPolicy& egress) {
    ConnectorPatch patch;
    patch.bank_keys = read_bank_keys(in, "bank_keys");
    read_bounds(in, patch);
    patch.files.signing_key = in.take("signing_key", bounds::uri_bytes_max, as_written);
    patch.files.api_token = in.take("api_token", bounds::uri_bytes_max, as_written);
    patch.files.signature = read_written(in, "signature", check_signature);
    patch.mapping = read_written(in, "mapping", check_mapping);
    patch.files.push = read_written(in, "push", check_push);
    patch.calls = read_calls(in, egress);
    patch.core_bank = read_core_bank(in, patch.files.core_bank);
    patch.platform = read_platform(in, patch.files.platform, egress);
    patch.retention_days = in.optional_integer("retention_days", 1, limits::retention_days_max);
    constexpr std::int64_t month_seconds = std::int64_t{31} * 86'400;
    patch.expect_every_seconds = in.optional_integer("expect_every_seconds", 0, month_seconds);
    return patch;
}

void need_members(Reader& in, const ConnectorPatch& given) {
    if (given.kind == domain::connector_mapped && !given.files.signature)
        in.missing("signature");
    if (given.kind == domain::connector_mapped && !given.mapping)
        in.missing("mapping");
    if (given.kind == domain::connector_pubsub_push && !given.files.push)
        in.missing("push");
    if (given.kind == domain::connector_mambu)
        need_core_bank(in, given.core_bank, given.files.core_bank);
    if (given.kind == domain::connector_clearmatch && !in.has("webhook_username"))
        in.missing("webhook_username");
    if (given.kind != domain::connector_clearbank)
        return;
    if (!given.bank_keys)
        in.missing("bank_keys");
    if (!given.files.signing_key)
        in.missing("signing_key");
    if (!given.calls.any() && !given.files.api_token)
        return;
    if (!in.has("api_url"))
        in.missing("api_url");
    if (!in.has("api_token"))
        in.missing("api_token");
    if (!in.has("institution_account"))
        in.missing("institution_account");
}

void apply(domain::ConnectorSettings& settings, const CallPatch& patch) {
    settings.api_url = patch.api_url.value_or(settings.api_url);
    settings.institution_account = patch.institution_account.value_or(settings.institution_account);
    settings.debtor_name = patch.debtor_name.value_or(settings.debtor_name);
    settings.debtor_address = patch.debtor_address.value_or(settings.debtor_address);
    settings.order_max_minor = patch.order_max_minor.value_or(settings.order_max_minor);
    settings.day_max_minor = patch.day_max_minor.value_or(settings.day_max_minor);
    settings.enforce_send_to_scheme =
        patch.enforce_send_to_scheme.value_or(settings.enforce_send_to_scheme);
    settings.transliterate = patch.transliterate.value_or(settings.transliterate);
    settings.review_unexplained = patch.review_unexplained.value_or(settings.review_unexplained);
}

struct Institution {
    net::Url url;
    std::string account;
};

std::optional<Institution> institution_of(const domain::ConnectorSettings& settings) {
    auto url = net::Url::parse(settings.api_url);
    if (!url || settings.institution_account.empty())
        return std::nullopt;
    std::string account = settings.institution_account;
    for (char& c : account)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return Institution{*std::move(url), std::move(account)};
}

} // namespace

Result<ConnectorPatch> read_new_connector(const wire::Json& root, const net::EgressPolicy& egress) {
    Reader in(root);
    const std::string name = in.text("name", limits::text_bytes_max);
    if (!name.empty() && !domain::is_connector_name(name))
        in.refuse(Code::value_invalid, "name",
                  "give 1 to 63 lower-case letters, digits, '-' and '_'");
    const std::string kind = in.text("kind", limits::text_bytes_max);
    const bool is_known = kind == domain::connector_mapped ||
                          kind == domain::connector_pubsub_push ||
                          kind == domain::connector_mambu || kind == domain::connector_clearbank ||
                          kind == domain::connector_clearmatch;
    if (!is_known)
        in.refuse(Code::value_invalid, "kind",
                  "give clearbank, mambu, clearmatch, mapped or pubsub_push");
    ConnectorPatch given = read_settings(in, egress);
    given.name = name;
    given.kind = kind;
    if (const auto good = check_kind(kind, given); is_known && !good)
        in.refuse(good.error().code, "kind", good.error().detail);
    need_members(in, given);
    TRY_VOID(in.finish());
    return given;
}

Result<ConnectorPatch> read_connector_patch(const wire::Json& root,
                                            const net::EgressPolicy& egress) {
    Reader in(root);
    ConnectorPatch patch = read_settings(in, egress);
    patch.add_bank_keys = read_bank_keys(in, "add_bank_keys").value_or(std::vector<std::string>());
    patch.remove_bank_keys =
        in.optional_texts("remove_bank_keys", bounds::bank_keys_per_connector_max,
                          limits::text_bytes_max)
            .value_or(std::vector<std::string>());
    if (patch.bank_keys && (!patch.add_bank_keys.empty() || !patch.remove_bank_keys.empty()))
        in.refuse(Code::value_invalid, "bank_keys",
                  "give the whole list, or add_bank_keys and remove_bank_keys");
    TRY_VOID(in.finish());
    return patch;
}

Result<domain::ConnectorSettings> patched(domain::ConnectorSettings settings, std::string_view kind,
                                          const ConnectorPatch& patch) {
    TRY_VOID(check_kind(kind, patch));
    settings.bank_keys = patch.bank_keys.value_or(settings.bank_keys);
    TRY_VOID(change_bank_keys(settings.bank_keys, patch.add_bank_keys, patch.remove_bank_keys));
    settings.allow_ips = patch.allow_ips.value_or(settings.allow_ips);
    settings.bank_key_expires = patch.bank_key_expires.value_or(settings.bank_key_expires);
    settings.api_token_expires = patch.api_token_expires.value_or(settings.api_token_expires);
    settings.signing_key = patch.files.signing_key.value_or(settings.signing_key);
    settings.api_token = patch.files.api_token.value_or(settings.api_token);
    settings.signature = patch.files.signature.value_or(settings.signature);
    settings.mapping = patch.mapping.value_or(settings.mapping);
    settings.push = patch.files.push.value_or(settings.push);
    if (patch.files.secrets())
        settings.files_are_tenants = !patch.is_operators;
    apply(settings, patch.calls);
    if (kind == domain::connector_mambu)
        apply(settings, patch.core_bank, patch.files.core_bank);
    if (kind == domain::connector_clearmatch) {
        settings.webhook_username =
            patch.core_bank.webhook_username.value_or(settings.webhook_username);
        settings.webhook_secret =
            patch.files.core_bank.webhook_secret.value_or(settings.webhook_secret);
        TRY_VOID(apply(settings, patch.platform, patch.files.platform));
    }
    settings.retention_days =
        static_cast<int>(patch.retention_days.value_or(settings.retention_days));
    settings.expect_every_seconds =
        patch.expect_every_seconds.value_or(settings.expect_every_seconds);
    const bool calls = patch.calls.any() || patch.files.api_token;
    if (kind == domain::connector_clearbank && calls &&
        (settings.api_url.empty() || settings.api_token.empty() ||
         settings.institution_account.empty()))
        return fail(Code::value_invalid,
                    "api_url, api_token and institution_account belong together: give all three");
    return settings;
}

bool is_same_institution(const domain::ConnectorSettings& a, const domain::ConnectorSettings& b) {
    const auto first = institution_of(a);
    const auto second = institution_of(b);
    return first && second && first->account == second->account &&
           first->url.tls == second->url.tls && first->url.host == second->url.host &&
           first->url.port == second->url.port && first->url.target == second->url.target;
}

} // namespace settled::api
