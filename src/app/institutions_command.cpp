#include "app/api_call.h"
#include "app/commands.h"
#include "app/institution_table.h"
#include "app/print.h"
#include "app/query.h"
#include "learn/seeds.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace settled::app {

namespace {

struct Options {
    InstallationOptions installation;
    std::string tenant = "main";
    std::string name;
    std::string file;
    bool json = false;
};

// Seeds are sent in parts that fit into a call.
constexpr std::size_t seeds_a_call = 1000;

// The body of a good answer, read; anything else is printed as the error that it is.
Result<wire::JsonDocument> ask(const Config& config, ApiCall call) {
    TRY(const auto answer, call_api(config, std::move(call)));
    TRY(auto document, wire::JsonDocument::parse(answer.body));
    if (answer.status >= 200 && answer.status < 300)
        return document;
    const auto detail = document.root().member("detail");
    return fail(answer.status == 404 ? Code::not_found : Code::value_invalid,
                std::string(detail ? detail->string().value_or("") : ""));
}

Result<std::string> shown_all(const Config& config, const Options& options) {
    std::vector<wire::JsonDocument> pages;
    std::vector<wire::Json> profiles;
    std::string after;
    do {
        const std::string from = after.empty() ? "" : "&after=" + after;
        TRY(auto page, ask(config, {"GET",
                                    fmt::format("/v1/institutions?tenant={}&limit=500{}",
                                                query_text(options.tenant), from),
                                    ""}));
        const auto data = page.root().member("data");
        const auto next = page.root().member("next");
        for (std::size_t i = 0; data && i < data->size(); ++i)
            profiles.push_back(data->at(i));
        after = next ? next->string().value_or("") : "";
        pages.push_back(std::move(page));
    } while (!after.empty());
    if (!options.json)
        return institution_table(profiles);
    wire::JsonWriter w;
    w.array();
    for (const wire::Json& profile : profiles)
        w.raw(profile.raw());
    w.end();
    return std::move(w).text() + "\n";
}

Result<std::string> shown_one(const Config& config, const Options& options) {
    TRY(const auto answer,
        ask(config, {"GET",
                     fmt::format("/v1/institutions/{}?tenant={}", query_text(options.name),
                                 query_text(options.tenant)),
                     ""}));
    return options.json ? std::string(answer.root().raw()) + "\n"
                        : institution_report(answer.root());
}

int run_show(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto text =
        options.name.empty() ? shown_all(*config, options) : shown_one(*config, options);
    if (!text)
        return report(text.error());
    fmt::print("{}", *text);
    return 0;
}

std::string body_of(std::span<const learn::Seed> seeds) {
    wire::JsonWriter w;
    w.object().key("institutions").array();
    for (const learn::Seed& seed : seeds) {
        w.object().member("institution_id", seed.institution);
        if (!seed.scheme.empty())
            w.member("scheme", seed.scheme);
        w.member("reference_chars_max", static_cast<std::int64_t>(seed.reference_chars_max)).end();
    }
    w.end().end();
    return std::move(w).text();
}

Result<learn::Seeds> read_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    TRY(const auto document, wire::JsonDocument::parse(text.view()));
    return learn::read_seeds(document.root());
}

int run_seed(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto seeds = read_file(options.file);
    if (!seeds)
        return report(seeds.error());
    std::span<const learn::Seed> left(seeds->seeds);
    while (!left.empty()) {
        const auto part = left.first(std::min(left.size(), seeds_a_call));
        left = left.subspan(part.size());
        const auto answer =
            ask(*config,
                {"PUT", fmt::format("/v1/institutions/seeds?tenant={}", query_text(options.tenant)),
                 body_of(part)});
        if (!answer)
            return report(answer.error());
    }
    fmt::print("{} seeds accepted; {} institutions say nothing of a length\n", seeds->seeds.size(),
               seeds->without_length);
    return 0;
}

} // namespace

void add_institutions(CommandLine& line) {
    auto showing = std::make_shared<Options>();
    CLI::App* const show = line.root.add_subcommand(
        "institutions",
        "show what was learnt of institutions: which identifiers survive, and how they are cut");
    showing->installation.add_to(*show, false);
    show->add_option("name", showing->name, "one of them, in full");
    show->add_option("--tenant", showing->tenant, "whose (default main)");
    show->add_flag("--json", showing->json, "as the API says it");

    auto seeding = std::make_shared<Options>();
    CLI::App* const seed = show->add_subcommand(
        "seed",
        "say beforehand how long references may be: a JSON file, ours or a provider's constraints "
        "(docs/learning.md)");
    seeding->installation.add_to(*seed, false);
    seed->add_option("file", seeding->file, "the JSON file, up to 1 MiB")
        ->required()
        ->check(CLI::ExistingFile);
    seed->add_option("--tenant", seeding->tenant, "whose (default main)");
    seed->callback([&line, seeding] { line.exit_status = run_seed(*seeding); });
    show->callback([&line, showing, seed] {
        if (!seed->parsed())
            line.exit_status = run_show(*showing);
    });
}

} // namespace settled::app
