#include "cli/commands/sandbox_guide.h"

#include "net/client/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace settled::cli {

namespace {

constexpr std::string_view settings =
    R"(# Settings of a server next to `settled sandbox`: it may call partners on this machine.
[egress]
https_only = false
allow = ["127.0.0.0/8", "::1/128"]
trusted_certificates = "{}"
)";

constexpr std::string_view core_bank_settings = R"({{
  "bank_connector": "sandbox",
  "debtor": {{"iban": "{}", "name": "Sandbox Lender", "address": "1 High Street, London"}},
  "transaction_fields": {{"creditor_sort_code": "creditorSortCode",
                         "creditor_account_number": "creditorAccountNumber"}}
}}
)";

// Arguments: control port, the server's URL, its address to listen on, the settings file, the bank's
// public key, our private key, the partner's port; the bank's port, token and account; the core bank's port,
// key, webhook secret and settings; the platform's port, its password and its client's secret.
constexpr std::string_view commands = R"(
# A server, in another terminal:
settled serve --config {3} --data ./data --listen {2}

# In a third one: the bank may send webhooks, and the sandbox knows where they go.
settled connectors add sandbox --data ./data --kind clearbank --bank-key {4} --signing-key {5}
export KEY=$(settled keys create --data ./data --name sandbox --scopes '*' --quiet)
curl -s -X PUT http://127.0.0.1:{0}/targets \
  -d '{{"webhook_url":"{1}/hooks/sandbox","settled_url":"{1}","api_key":"'$KEY'"}}'

# An account that the bank holds for you, and the model partner, who gets all events.
curl -s {1}/v1/accounts -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
  -d '{{"iban":"GB57CLRB04040100057354","name":"Shop Ltd"}}'
curl -s {1}/v1/endpoints -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
  -d '{{"url":"http://127.0.0.1:{6}/settled","events":["*"]}}'

# A payment is made and registered; then its money comes.
curl -s http://127.0.0.1:{0}/provider/payments -d '{{"id":"order-1","amount":"12.34","scheme":"fps",
  "reference":"INV-2026-0001","end_to_end_id":"E2E4f1c0001","payee":{{"iban":"GB57CLRB04040100057354"}}}}'
curl -s http://127.0.0.1:{0}/bank/payments -d '{{"account":"GB57CLRB04040100057354","amount":"12.34",
  "reference":"INV-2026-0001","end_to_end_id":"E2E4f1c0001"}}'

# A platform notifies you, and its content is fetched and passed on.
settled connectors add clearmatch --data ./data --kind clearmatch --webhook-username platform \
  --webhook-password {15} --content-url-prefix http://127.0.0.1:{14}/v1/ \
  --token-url http://127.0.0.1:{14}/oauth/token --client-id settled --client-secret {16}
curl -s -X PUT http://127.0.0.1:{0}/platform/target -d '{{"url":"{1}/hooks/clearmatch"}}'
curl -s http://127.0.0.1:{0}/platform/notifications -d '{{"id":"A056035","content":{{"state":"Posted"}}}}'
settled notifications list --data ./data

# settlement.matched: the payment, the event, and what the partner received.
curl -s {1}/v1/payments/order-1 -H "Authorization: Bearer $KEY"
curl -s {1}/v1/events -H "Authorization: Bearer $KEY"
curl -s http://127.0.0.1:{0}/partner/records

# Loans: the bank's API is called, too, and a core bank books them.
settled connectors set sandbox --data ./data --api-url http://127.0.0.1:{7} --api-token {8} \
  --institution-account {9} --debtor-name "Sandbox Lender" --debtor-address "1 High Street, London"
settled connectors add core --data ./data --kind mambu --api-url http://127.0.0.1:{10}/api \
  --api-key {11} --webhook-secret {12} --settings {13}
curl -s -X PUT http://127.0.0.1:{0}/targets -d '{{"core_bank_webhook_url":"{1}/hooks/core"}}'
curl -s http://127.0.0.1:{0}/core/loans -d '{{"id":"LN-4711","amount":"1000.00"}}'
curl -s http://127.0.0.1:{0}/core/loans/LN-4711
)";

std::string settings_file(const SandboxGuide& guide) {
    return (std::filesystem::path(guide.directory) / "settled.toml").string();
}

std::string core_bank_file(const SandboxGuide& guide) {
    return (std::filesystem::path(guide.directory) / "mambu.json").string();
}

// A URI of a key names its file in full.
std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

// As one word of a shell.
std::string word(const std::string& text) {
    const bool is_plain = std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./:,@%+=").contains(c);
    });
    if (is_plain && !text.empty())
        return text;
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

// "127.0.0.1:8080"; a server listens on addresses.
std::string listen_address(const std::string& url) {
    const auto parsed = net::Url::parse(url);
    if (!parsed)
        return "127.0.0.1:8080";
    const std::string host = parsed->host == "localhost" ? "127.0.0.1" : parsed->host;
    return fmt::format("{}:{}", host, parsed->port);
}

} // namespace

namespace {

Result<> write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file)
        return fail(Code::io_failed, "cannot write " + path);
    return {};
}

} // namespace

Result<> write_server_settings(const SandboxGuide& guide) {
    TRY_VOID(
        write_file(settings_file(guide), fmt::format(fmt::runtime(settings),
                                                     absolute(guide.key_files.partner_authority))));
    return write_file(core_bank_file(guide),
                      fmt::format(fmt::runtime(core_bank_settings), guide.real_account_iban));
}

std::string shown(const SandboxGuide& guide) {
    return fmt::format(fmt::runtime(commands), guide.ports.control, guide.settled_url,
                       listen_address(guide.settled_url), word(settings_file(guide)),
                       word(guide.key_files.bank_public_key),
                       word("file:" + absolute(guide.key_files.institution_private_key)),
                       guide.ports.partner, guide.ports.bank,
                       word("file:" + absolute(guide.key_files.api_token)), guide.real_account_id,
                       guide.ports.core_bank,
                       word("file:" + absolute(guide.key_files.core_bank_key)),
                       word(std::string(sandbox::CoreWebhooks::header) +
                            "=file:" + absolute(guide.key_files.core_bank_webhook)),
                       word(core_bank_file(guide)), guide.ports.platform,
                       word("file:" + absolute(guide.key_files.platform_password)),
                       word("file:" + absolute(guide.key_files.platform_client_secret)));
}

} // namespace settled::cli
