// `settled connectors`: who sends webhooks.
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace settled::cli {

namespace {

std::string read_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string keys_of(const wire::Json& connector) {
    const auto keys = connector.member("bank_keys");
    std::string text;
    for (std::size_t i = 0; keys && i < keys->size(); ++i)
        text.append(i == 0 ? "" : " ").append(text_at(keys->at(i), "fingerprint"));
    return text;
}

std::string added(const wire::Json& connector) {
    return fmt::format("{} sends its webhooks to {} on this server\n\n{}",
                       text_at(connector, "name"), text_at(connector, "hook_path"),
                       facts({{"id", text_at(connector, "id")},
                              {"kind", text_at(connector, "kind")},
                              {"bank keys", keys_of(connector)},
                              {"signing key", safe(text_at(connector, "signing_key"))},
                              {"bodies kept", text_at(connector, "retention_days") + " days"}}));
}

std::string listed(const std::vector<wire::Json>& connectors) {
    if (connectors.empty())
        return "there are no connectors; `settled connectors add` adds one\n";
    std::vector<TableLine> lines{{"NAME", "KIND", "HOOK", "DAYS KEPT", "CREATED", "BANK KEYS"}};
    for (const wire::Json& connector : connectors)
        lines.push_back({text_at(connector, "name"), text_at(connector, "kind"),
                         text_at(connector, "hook_path"), text_at(connector, "retention_days"),
                         text_at(connector, "created_at"), or_dash(keys_of(connector))});
    return table(lines, "lllr");
}

// Members that were not given are left out: the server says what a kind needs.
int run_add(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("name", in.text("NAME")).member("kind", in.text("--kind", "clearbank"));
    if (in.has("--bank-key")) {
        w.key("bank_keys").array();
        for (const std::string& file : in.all("--bank-key"))
            w.value(read_file(file));
        w.end();
    }
    if (in.has("--signing-key"))
        w.member("signing_key", in.text("--signing-key"));
    for (const std::string_view file : {"signature", "mapping", "push"}) {
        const std::string option = fmt::format("--{}", file);
        if (!in.has(option))
            continue;
        const std::string text = read_file(in.text(option));
        const auto json = wire::JsonDocument::parse(text);
        if (!json)
            return in.usage(
                fmt::format("{}: {} is no JSON: {}", option, in.text(option), json.error().detail));
        w.key(file).raw(text);
    }
    w.member("retention_days", in.number("--retention-days", limits::retention_days_default)).end();
    return show(
        in,
        {.method = "POST", .target = "/v1/connectors", .body = std::move(w).text(), .begins = true},
        added);
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/connectors", listed);
}

} // namespace

std::vector<Command> connectors_commands() {
    const Option tenant = tenant_option("whose connectors (default main)");
    return {
        {.name = "connectors", .sentence = "add and list senders of webhooks"},
        {.name = "connectors add",
         .sentence = "let a bank send webhooks to /hooks/NAME",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "NAME", .help = "the last part of the URL /hooks/NAME"}},
         .options =
             {{.name = "--kind",
               .value = "KIND",
               .help = "what sends them (default clearbank)",
               .choices = {"clearbank", "mapped", "pubsub_push"}},
              {.name = "--bank-key",
               .value = "FILE",
               .help = "PEM file of the bank's public key; several during a change of keys",
               .many = true,
               .is_file = true},
              {.name = "--signing-key",
               .value = "URI",
               .help = "where our private key is, such as file:/etc/settled/signing.pem"},
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
              {.name = "--retention-days",
               .value = "DAYS",
               .help = "how long the bodies of webhooks are kept (default 15)",
               .is_number = true,
               .least = 1,
               .most = limits::retention_days_max},
              tenant},
         .notes = "Where there is no store yet, it makes one with its master key, and says so.",
         .run = run_add},
        {.name = "connectors list",
         .sentence = "list the connectors of a tenant",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
    };
}

} // namespace settled::cli
