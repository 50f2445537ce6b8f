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

// Arguments: control port, the server's URL, its address to listen on, the settings file, the bank's
// public key, our private key, the partner's port.
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

# settlement.matched: the payment, the event, and what the partner received.
curl -s {1}/v1/payments/order-1 -H "Authorization: Bearer $KEY"
curl -s {1}/v1/events -H "Authorization: Bearer $KEY"
curl -s http://127.0.0.1:{0}/partner/records
)";

std::string settings_file(const SandboxGuide& guide) {
    return (std::filesystem::path(guide.directory) / "settled.toml").string();
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

Result<> write_server_settings(const SandboxGuide& guide) {
    const std::string path = settings_file(guide);
    std::ofstream file(path);
    file << fmt::format(fmt::runtime(settings), absolute(guide.key_files.partner_authority));
    file.close();
    if (!file)
        return fail(Code::io_failed, "cannot write " + path);
    return {};
}

std::string shown(const SandboxGuide& guide) {
    return fmt::format(fmt::runtime(commands), guide.ports.control, guide.settled_url,
                       listen_address(guide.settled_url), word(settings_file(guide)),
                       word(guide.key_files.bank_public_key),
                       word("file:" + absolute(guide.key_files.institution_private_key)),
                       guide.ports.partner);
}

} // namespace settled::cli
