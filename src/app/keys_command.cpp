#include "app/api_call.h"
#include "app/commands.h"
#include "app/print.h"
#include "app/query.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::app {

namespace {

struct Options {
    InstallationOptions installation;
    std::string tenant = "main";
    std::string name;
    std::vector<std::string> scopes;
    std::string id;
    bool opens_tenant = false;
};

std::string target(const Options& options, std::string_view path) {
    return fmt::format("{}?tenant={}", path, query_text(options.tenant));
}

int run_create(const Options& options) {
    wire::JsonWriter w;
    w.object().member("name", options.name).key("scopes").array();
    for (const std::string& scope : options.scopes)
        w.value(scope);
    w.end().end();
    ApiCall call{"POST", target(options, "/v1/api-keys"), std::move(w).text()};
    if (options.opens_tenant)
        call.target += "&new_tenant=true";
    call.begins = true;
    return call_and_print(options.installation, std::move(call));
}

} // namespace

void add_keys(CommandLine& line) {
    CLI::App* const keys = line.root.add_subcommand("keys", "make, list and revoke API keys");
    keys->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, auto&& extra,
                         int (*run)(const Options&)) {
        auto options = std::make_shared<Options>();
        CLI::App* const command = keys->add_subcommand(name, help);
        options->installation.add_to(*command, false);
        command->add_option("--tenant", options->tenant, "whose keys (default main)");
        extra(*command, *options);
        command->callback([&line, options, run] { line.exit_status = run(*options); });
    };
    add(
        "create", "make a key and show it, once",
        [](CLI::App& command, Options& options) {
            command.add_option("--name", options.name, "what it is for")->required();
            command
                .add_option("--scopes", options.scopes,
                            "what it may do, separated by commas; * for everything")
                ->delimiter(',')
                ->required();
            command.add_flag("--new-tenant", options.opens_tenant,
                             "open the tenant that --tenant names");
        },
        run_create);
    add(
        "list", "list keys (never the keys themselves)", [](CLI::App&, Options&) {},
        [](const Options& options) {
            return call_and_print(options.installation,
                                  {"GET", target(options, "/v1/api-keys"), ""});
        });
    add(
        "revoke", "make a key worthless from now on",
        [](CLI::App& command, Options& options) {
            command.add_option("id", options.id, "the key's id, key_…")->required();
        },
        [](const Options& options) {
            return call_and_print(options.installation,
                                  {"DELETE", target(options, "/v1/api-keys/" + options.id), ""});
        });
}

} // namespace settled::app
