#include "cli/commands/connector_options.h"

#include "base/limits.h"
#include "cli/duration.h"
#include "wire/json.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>

namespace settled::cli {

namespace {

struct MemberOption {
    std::string_view member;
    std::string_view option;
};

// Texts, as they are given.
constexpr std::array texts{MemberOption{"signing_key", "--signing-key"},
                           MemberOption{"api_url", "--api-url"},
                           MemberOption{"api_token", "--api-token"},
                           MemberOption{"api_key", "--api-key"},
                           MemberOption{"api_username", "--api-username"},
                           MemberOption{"webhook_username", "--webhook-username"},
                           MemberOption{"webhook_password", "--webhook-password"},
                           MemberOption{"content_url_prefix", "--content-url-prefix"},
                           MemberOption{"token_url", "--token-url"},
                           MemberOption{"client_id", "--client-id"},
                           MemberOption{"client_secret", "--client-secret"},
                           MemberOption{"scope", "--scope"},
                           MemberOption{"time_zone", "--time-zone"},
                           MemberOption{"partner_code", "--partner-code"},
                           MemberOption{"institution_account", "--institution-account"},
                           MemberOption{"debtor_name", "--debtor-name"},
                           MemberOption{"debtor_address", "--debtor-address"},
                           MemberOption{"order_max", "--order-max"},
                           MemberOption{"day_max", "--day-max"},
                           MemberOption{"bank_key_expires", "--bank-key-expires"},
                           MemberOption{"api_token_expires", "--api-token-expires"}};
// JSON in files.
constexpr std::array files{MemberOption{"signature", "--signature"},
                           MemberOption{"mapping", "--mapping"}, MemberOption{"push", "--push"},
                           MemberOption{"settings", "--settings"}};

struct FlagOption {
    std::string_view member;
    std::string_view on;
    std::string_view off;
};
constexpr std::array flags{
    FlagOption{"enforce_send_to_scheme", "--enforce-send-to-scheme", "--no-enforce-send-to-scheme"},
    FlagOption{"transliterate", "--transliterate", "--no-transliterate"},
    FlagOption{"review_unexplained", "--review-unexplained", "--no-review-unexplained"},
    FlagOption{"lenient_json", "--lenient-json", "--no-lenient-json"}};

std::string read_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

void write_files(const Invocation& in, wire::JsonWriter& w, const MemberOption& each) {
    if (!in.has(each.option))
        return;
    w.key(each.member).array();
    for (const std::string& file : in.all(each.option))
        w.value(read_file(file));
    w.end();
}

void write_words(const Invocation& in, wire::JsonWriter& w, const MemberOption& each) {
    if (!in.has(each.option))
        return;
    w.key(each.member).array();
    for (const std::string& word : in.all(each.option))
        w.value(word);
    w.end();
}

std::vector<Option> platform_options() {
    return {
        {.name = "--content-url-prefix",
         .value = "URL",
         .help = "of a clearmatch connector: content is fetched below it alone, such as "
                 "https://api.platform.example/v1/"},
        {.name = "--token-url",
         .value = "URL",
         .help = "where tokens for the content are asked for (OAuth2 client credentials)"},
        {.name = "--client-id", .value = "ID", .help = "who asks for them"},
        {.name = "--client-secret",
         .value = "URI",
         .help = "where the client's secret is, such as file:/etc/settled/platform.secret"},
        {.name = "--scope", .value = "TEXT", .help = "the scope that they are asked for"},
        {.name = "--time-zone",
         .value = "NAME",
         .help =
             "of the platform's times, which name none, such as Australia/Sydney (default UTC)"},
        {.name = "--partner-code",
         .value = "CODE",
         .help = "messages for another partnerCode are refused"},
        {.name = "--lenient-json",
         .help = "commas that a message lacks, or has too many of, are mended"},
    };
}

std::vector<Option> core_bank_options() {
    return {
        {.name = "--api-key",
         .value = "URI",
         .help = "of a mambu connector: where its API key is, such as file:/etc/settled/mambu.key"},
        {.name = "--api-username",
         .value = "NAME",
         .help = "of a mambu connector: a user of its API, whose password --api-key then names"},
        {.name = "--webhook-secret",
         .value = "HEADER=URI",
         .help = "the header that its webhooks carry, and where the secret in it is"},
        {.name = "--webhook-username",
         .value = "NAME",
         .help = "the user name that its webhooks carry (basic authentication)"},
        {.name = "--webhook-password", .value = "URI", .help = "where their password is"},
        {.name = "--settings",
         .value = "FILE",
         .help = "JSON: channels, custom fields and rules of a mambu connector "
                 "(docs/connectors.md)",
         .is_file = true},
    };
}

std::vector<Option> bank_options() {
    return {
        {.name = "--bank-key",
         .value = "FILE",
         .help = "PEM file of the bank's public key; several during a change of keys",
         .many = true,
         .is_file = true},
        {.name = "--signing-key",
         .value = "URI",
         .help = "where our private key is, such as file:/etc/settled/signing.pem"},
        {.name = "--api-url",
         .value = "URL",
         .help = "the API, such as https://institution-api-sim.clearbank.co.uk or "
                 "https://TENANT.mambu.com/api"},
        {.name = "--api-token",
         .value = "URI",
         .help = "where its token is, such as file:/etc/settled/bank.token"},
        {.name = "--institution-account",
         .value = "ID",
         .help = "the bank's id of our real account"},
        {.name = "--debtor-name",
         .value = "NAME",
         .help = "the debtor's name in orders that give none"},
        {.name = "--debtor-address",
         .value = "TEXT",
         .help = "the debtor's address in orders that give none"},
        {.name = "--order-max",
         .value = "AMOUNT",
         .help = "the most that one order may pay, such as 50000.00; 0: no limit"},
        {.name = "--day-max",
         .value = "AMOUNT",
         .help = "the most that all orders of 24 hours may pay; 0: no limit"},
        {.name = "--enforce-send-to-scheme",
         .help = "payments go to the scheme even if the receiver is at the same bank"},
        {.name = "--transliterate",
         .help = "letters that a scheme does not carry are replaced, not refused"},
        {.name = "--review-unexplained", .help = "a debit that no order explains opens a review"},
        {.name = "--signature",
         .value = "FILE",
         .help = "JSON: how a mapped connector proves its webhooks (docs/connectors.md)",
         .is_file = true},
        {.name = "--mapping",
         .value = "FILE",
         .help = "JSON: what is where in a mapped connector's webhooks (docs/connectors.md)",
         .is_file = true},
        {.name = "--push",
         .value = "FILE",
         .help = "JSON: whose Pub/Sub pushes a connector takes (docs/connectors.md)",
         .is_file = true},
    };
}

// Of connectors of every kind: whose webhooks are taken, when keys end, what is kept.
std::vector<Option> common_options() {
    return {
        {.name = "--allow-ip",
         .value = "BLOCK",
         .help =
             "webhooks come from these addresses alone: a block, or clearbank for those that it "
             "publishes; any: from all",
         .many = true},
        {.name = "--bank-key-expires",
         .value = "DATE",
         .help = "when the bank's keys end, such as 2027-03-31, or none; a certificate says it "
                 "itself"},
        {.name = "--api-token-expires",
         .value = "DATE",
         .help = "when the token or API key ends, or none"},
        {.name = "--expect-every",
         .value = "TIME",
         .help = "within such a time a webhook is expected, such as 2h; settled status and doctor "
                 "name a longer silence; 0s: they do not"},
        {.name = "--retention-days",
         .value = "DAYS",
         .help = "how long the bodies of webhooks are kept (default 15)",
         .is_number = true,
         .least = 1,
         .most = limits::retention_days_max},
    };
}

} // namespace

std::vector<Option> connector_options() {
    std::vector<Option> options = bank_options();
    for (Option& option : common_options())
        options.push_back(std::move(option));
    for (Option& option : core_bank_options())
        options.push_back(std::move(option));
    for (Option& option : platform_options())
        options.push_back(std::move(option));
    return options;
}

std::vector<Option> connector_options_off() {
    return {
        {.name = "--add-bank-key",
         .value = "FILE",
         .help = "PEM file of one more key or certificate of the bank",
         .many = true,
         .is_file = true},
        {.name = "--remove-bank-key",
         .value = "FINGERPRINT",
         .help = "the bank's key of this fingerprint, or of one that begins with these 8 or more "
                 "digits",
         .many = true},
        {.name = "--no-enforce-send-to-scheme", .help = "the bank may pay within itself"},
        {.name = "--no-transliterate", .help = "such letters are refused"},
        {.name = "--no-review-unexplained", .help = "such a debit is only published"},
        {.name = "--no-lenient-json", .help = "such a message is refused"},
    };
}

std::optional<std::string> write_connector_options(const Invocation& in, wire::JsonWriter& w) {
    write_files(in, w, {"bank_keys", "--bank-key"});
    write_files(in, w, {"add_bank_keys", "--add-bank-key"});
    write_words(in, w, {"remove_bank_keys", "--remove-bank-key"});
    write_words(in, w, {"allow_ips", "--allow-ip"});
    for (const MemberOption& each : texts)
        if (in.has(each.option))
            w.member(each.member, in.text(each.option));
    if (in.has("--webhook-secret")) {
        const std::string given = in.text("--webhook-secret");
        const std::size_t sign = given.find('=');
        if (sign == given.npos || sign == 0 || sign + 1 == given.size())
            return "--webhook-secret: give HEADER=URI, such as "
                   "X-Webhook-Secret=file:/etc/settled/mambu.secret";
        w.key("webhook_secret").object().member("header", given.substr(0, sign));
        w.member("secret", given.substr(sign + 1)).end();
    }
    for (const MemberOption& each : files) {
        if (!in.has(each.option))
            continue;
        const std::string text = read_file(in.text(each.option));
        const auto json = wire::JsonDocument::parse(text);
        if (!json)
            return fmt::format("{}: {} is no JSON: {}", each.option, in.text(each.option),
                               json.error().detail);
        w.key(each.member).raw(text);
    }
    for (const FlagOption& each : flags) {
        if (in.has(each.on) && in.has(each.off))
            return fmt::format("give {} or {}, not both", each.on, each.off);
        if (in.has(each.on) || in.has(each.off))
            w.member(each.member, in.has(each.on));
    }
    if (in.has("--expect-every")) {
        const auto every = seconds_of(in.text("--expect-every"));
        if (!every)
            return "--expect-every" + std::string(duration_advice);
        w.member("expect_every_seconds", *every);
    }
    if (in.has("--retention-days"))
        w.member("retention_days", in.number("--retention-days", std::int64_t{0}));
    return std::nullopt;
}

} // namespace settled::cli
