#include "cli/reports/connector_report.h"

#include "cli/json_text.h"
#include "cli/table.h"
#include "connectors/mambu/webhook.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

using wire::Json;

// The webhook types that are read beyond being kept (connectors/clearbank/webhook.h), and the test.
constexpr std::array<std::string_view, 25> event_types{"FITestEvent",
                                                       "TransactionSettled",
                                                       "TransactionRejected",
                                                       "PaymentMessageAssesmentFailed",
                                                       "PaymentMessageValidationFailed",
                                                       "OutboundHeldTransaction",
                                                       "InboundHeldTransaction",
                                                       "VirtualAccountCreated",
                                                       "VirtualAccountCreationFailed",
                                                       "BacsDirectCreditInboundPaymentCreated",
                                                       "BacsDirectCreditInboundPaymentHeld",
                                                       "BacsDirectCreditRecalled",
                                                       "BacsDirectCreditReturnCreated",
                                                       "BacsUnappliedCreditReceived",
                                                       "BacsDirectDebitInboundPaymentCreated",
                                                       "BacsDirectDebitReturnCreated",
                                                       "BacsDirectDebitIndemnityClaimReceived",
                                                       "BacsUnpaidDirectDebitReceived",
                                                       "BacsMandateInitiated",
                                                       "BacsMandateInitiationFailed",
                                                       "BacsMandateMigrated",
                                                       "BacsMandateCancelled",
                                                       "BacsMandateCancellationFailed",
                                                       "BacsMandateReturned",
                                                       "BacsMandateReturnFailed"};

std::string keys_of(const Json& connector) {
    const auto keys = connector.member("bank_keys");
    std::string text;
    for (std::size_t i = 0; keys && i < keys->size(); ++i)
        text.append(i == 0 ? "" : " ").append(text_at(keys->at(i), "fingerprint"));
    return text;
}

std::string last_uses_of(const Json& connector) {
    const auto keys = connector.member("bank_keys");
    std::string text;
    for (std::size_t i = 0; keys && i < keys->size(); ++i) {
        const std::string used = text_at(keys->at(i), "last_used_at");
        text.append(i == 0 ? "" : " ");
        text.append(used.empty() ? "never" : to_minute(used));
    }
    return text;
}

// Whether calls are made, in a clause.
std::string state_of(const Json& connector) {
    if (text_at(connector, "api_url").empty() && text_at(connector, "content_url_prefix").empty())
        return "receives only";
    if (const std::string by = text_at(connector, "paused_by"); !by.empty())
        return "paused by " + safe(by);
    if (text_at(connector, "failing") == "true")
        return "refused by the bank";
    if (const std::string until = text_at(connector, "paused_until"); !until.empty())
        return "waits until " + until;
    return "calls";
}

std::string expected_within(const Json& connector) {
    const std::string seconds = text_at(connector, "expect_every_seconds");
    return seconds.empty() || seconds == "0" ? std::string() : seconds + " s";
}

std::string settings_of(const Json& connector) {
    const auto text = [&](std::string_view name) { return safe(text_at(connector, name)); };
    const auto flag = [&](std::string_view name) {
        return text_at(connector, name) == "true" ? std::string("yes") : std::string();
    };
    return facts({{"id", text("id")},
                  {"kind", text("kind")},
                  {"webhooks to", text("hook_path")},
                  {"bank keys", keys_of(connector)},
                  {"last used", last_uses_of(connector)},
                  {"signing key", text("signing_key.uri")},
                  {"kept in", text("signing_key.custody")},
                  {"its fingerprint", text("signing_key.fingerprint")},
                  {"API", text("api_url")},
                  {"API token", text("api_token")},
                  {"API user", text("api_username")},
                  {"API key", text("api_key")},
                  {"webhooks' header", text("webhook_secret.header")},
                  {"webhooks' secret", text("webhook_secret.secret")},
                  {"webhooks' user", text("webhook_username")},
                  {"webhooks' password", text("webhook_password")},
                  {"content below", text("content_url_prefix")},
                  {"token endpoint", text("token_url")},
                  {"client id", text("client_id")},
                  {"client secret", text("client_secret")},
                  {"scope", text("scope")},
                  {"time zone", text("time_zone")},
                  {"partner code", text("partner_code")},
                  {"mends commas", flag("lenient_json")},
                  {"bank", text("settings.bank_connector")},
                  {"institution account", text("institution_account")},
                  {"debtor", text("debtor_name")},
                  {"debtor's address", text("debtor_address")},
                  {"most of one order", text("order_max")},
                  {"most of 24 hours", text("day_max")},
                  {"always to the scheme", flag("enforce_send_to_scheme")},
                  {"replaces letters", flag("transliterate")},
                  {"reviews unexplained debits", flag("review_unexplained")},
                  {"reason of the pause", text("pause_reason")},
                  {"paused until", text("paused_until")},
                  {"a webhook within", expected_within(connector)},
                  {"bodies kept", text("retention_days") + " days"},
                  {"created", text("created_at")}});
}

} // namespace

std::string connector_table(const std::vector<Json>& connectors) {
    if (connectors.empty())
        return "there are no connectors; `settled connectors add` adds one\n";
    std::vector<TableLine> lines{
        {"NAME", "KIND", "HOOK", "DAYS KEPT", "CREATED", "CALLS", "BANK KEYS"}};
    for (const Json& connector : connectors)
        lines.push_back({text_at(connector, "name"), text_at(connector, "kind"),
                         text_at(connector, "hook_path"), text_at(connector, "retention_days"),
                         text_at(connector, "created_at"), state_of(connector),
                         or_dash(keys_of(connector))});
    return table(lines, "lllr");
}

std::string connector_report(const Json& connector) {
    return fmt::format("{}: {}\n\n{}", text_at(connector, "name"), state_of(connector),
                       settings_of(connector));
}

std::string added_connector(const Json& connector) {
    return fmt::format("{} sends its webhooks to {} on this server\n\n{}",
                       text_at(connector, "name"), text_at(connector, "hook_path"),
                       settings_of(connector));
}

std::string portal_text(const Json& connector, const std::string& url) {
    std::string types;
    for (const std::string_view type : event_types)
        types.append("  ").append(type).append("\n");
    const std::string key = safe(text_at(connector, "signing_key.uri"));
    return fmt::format(
        "In the bank's portal, under Institution > Webhook Management, enter for each of these "
        "types\n\n{}\nthe URL\n\n  {}\n\nand enable it. Other types may be sent there too; they "
        "are "
        "kept.\n\nUnder Institution > Certificates and Tokens, upload the certificate signing "
        "request of the key\n\n  {}\n\nwhich the bank then knows by its public key. It shows the "
        "API token once: write it into the file\nthat --api-token names. `Download Public Key` "
        "gives the bank's own key, for --bank-key.\n",
        types, safe(url), key);
}

std::string portal_json(const Json& connector, const std::string& url) {
    wire::JsonWriter w;
    w.object().member("name", text_at(connector, "name")).member("webhook_url", url);
    w.key("event_types").array();
    for (const std::string_view type : event_types)
        w.value(type);
    w.end().member("signing_key", text_at(connector, "signing_key.uri")).end();
    return std::move(w).text();
}

std::string template_text(const Json& connector, const std::string& url) {
    const std::string header = safe(text_at(connector, "webhook_secret.header"));
    const std::string proof =
        header.empty() ? fmt::format("basic authentication as {} with the password in {}",
                                     safe(text_at(connector, "webhook_username")),
                                     safe(text_at(connector, "webhook_password")))
                       : fmt::format("the custom header {} with the secret in {}", header,
                                     safe(text_at(connector, "webhook_secret.secret")));
    std::string text = fmt::format(
        "In Mambu, under Administration > Webhooks > Templates, add these notifications, each for "
        "loan accounts of\nclients and of groups, subscribed by all (opt-out), with\n\n"
        "  URL           {}\n  request type  POST\n  content type  application/json\n  proof      "
        "   {}\n",
        safe(url), proof);
    for (const auto& each : connectors::mambu::webhook_templates())
        text.append(
            fmt::format("\n{}\n  event    {}\n  content  {}\n", each.name, each.event, each.body));
    return text.append("\nOne of the two is enough for what you use: approved loans are linked, "
                       "disbursed ones are paid.\n");
}

std::string template_json(const Json& connector, const std::string& url) {
    wire::JsonWriter w;
    w.object().member("name", text_at(connector, "name")).member("webhook_url", url);
    w.member("header", text_at(connector, "webhook_secret.header"));
    w.member("username", text_at(connector, "webhook_username"));
    w.key("templates").array();
    for (const auto& each : connectors::mambu::webhook_templates()) {
        w.object().member("name", each.name).member("event", each.event);
        w.key("content").raw(each.body).end();
    }
    w.end().end();
    return std::move(w).text();
}

} // namespace settled::cli
