#include "app/api_call.h"
#include "app/commands.h"
#include "app/print.h"
#include "app/query.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace settled::app {

namespace {

struct Options {
    InstallationOptions installation;
    std::string tenant = "main";
    std::string name;
    std::string kind = "clearbank";
    std::vector<std::string> bank_key_files;
    std::string signing_key;
    std::string signature_file;
    std::string mapping_file;
    std::string push_file;
    int retention_days = limits::retention_days_default;
};

std::string read_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

// Members that were not given are left out: the server says what a kind needs.
int run_add(const Options& options) {
    wire::JsonWriter w;
    w.object().member("name", options.name).member("kind", options.kind);
    if (!options.bank_key_files.empty()) {
        w.key("bank_keys").array();
        for (const std::string& file : options.bank_key_files)
            w.value(read_file(file));
        w.end();
    }
    if (!options.signing_key.empty())
        w.member("signing_key", options.signing_key);
    if (!options.signature_file.empty())
        w.key("signature").raw(read_file(options.signature_file));
    if (!options.mapping_file.empty())
        w.key("mapping").raw(read_file(options.mapping_file));
    if (!options.push_file.empty())
        w.key("push").raw(read_file(options.push_file));
    w.member("retention_days", options.retention_days).end();
    ApiCall call{"POST", fmt::format("/v1/sources?tenant={}", query_text(options.tenant)),
                 std::move(w).text()};
    call.begins = true;
    return call_and_print(options.installation, std::move(call));
}

} // namespace

void add_sources(CommandLine& line) {
    CLI::App* const sources =
        line.root.add_subcommand("sources", "add and list senders of webhooks");
    sources->require_subcommand(1);

    auto adding = std::make_shared<Options>();
    CLI::App* const add = sources->add_subcommand("add", "let a bank send webhooks to /hooks/NAME");
    adding->installation.add_to(*add, false);
    add->add_option("name", adding->name, "the last part of the URL /hooks/NAME")->required();
    add->add_option("--kind", adding->kind, "clearbank (default), mapped or pubsub_push");
    add->add_option("--tenant", adding->tenant, "whose source (default main)");
    add->add_option("--bank-key", adding->bank_key_files,
                    "PEM file of the bank's public key; several during a change of keys")
        ->check(CLI::ExistingFile);
    add->add_option("--signing-key", adding->signing_key,
                    "where our private key is, such as file:/etc/settled/signing.pem");
    add->add_option("--signature", adding->signature_file,
                    "JSON file: how a mapped source proves its webhooks (docs/sources.md)")
        ->check(CLI::ExistingFile);
    add->add_option("--mapping", adding->mapping_file,
                    "JSON file: what is where in a mapped source's webhooks (docs/sources.md)")
        ->check(CLI::ExistingFile);
    add->add_option("--push", adding->push_file,
                    "JSON file: whose Pub/Sub pushes a source takes (docs/sources.md)")
        ->check(CLI::ExistingFile);
    add->add_option("--retention-days", adding->retention_days,
                    "how long webhooks are kept (default 15)");
    add->callback([&line, adding] { line.exit_status = run_add(*adding); });

    auto listing = std::make_shared<Options>();
    CLI::App* const list = sources->add_subcommand("list", "list the sources of a tenant");
    listing->installation.add_to(*list, false);
    list->add_option("--tenant", listing->tenant, "whose sources (default main)");
    list->callback([&line, listing] {
        line.exit_status = call_and_print(
            listing->installation,
            {"GET", fmt::format("/v1/sources?tenant={}", query_text(listing->tenant)), ""});
    });
}

} // namespace settled::app
