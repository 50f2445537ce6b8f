// `settled institutions`: what banks do to identifiers, as far as it was learnt.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/institution_table.h"
#include "learn/seeds.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <fstream>
#include <span>
#include <sstream>

namespace settled::cli {

namespace {

// Seeds are sent in parts that fit into a call.
constexpr std::size_t seeds_a_call = 1000;

int run_show(Invocation& in) {
    if (!in.has("NAME"))
        return show_list(in, "/v1/institutions", institution_table);
    return show(
        in,
        {.method = "GET", .target = "/v1/institutions/" + query_text(in.text("NAME")), .body = ""},
        institution_report);
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

Result<> send(ApiSession& api, std::span<const learn::Seed> seeds) {
    while (!seeds.empty()) {
        const auto part = seeds.first(std::min(seeds.size(), seeds_a_call));
        seeds = seeds.subspan(part.size());
        TRY(const Answered taken, api.ask({"PUT", "/v1/institutions/seeds", body_of(part)}));
        (void)taken;
    }
    return {};
}

int run_seed(Invocation& in) {
    const auto seeds = read_file(in.text("FILE"));
    if (!seeds)
        return in.out().problem(seeds.error());
    auto api = in.api();
    if (!api)
        return exit_usage;
    if (const auto sent = send(*api, seeds->seeds); !sent)
        return api->report(sent.error());
    in.changed(api->name());
    if (!in.out().is_json()) {
        in.out().sentence(fmt::format("{} seeds accepted; {} institutions say nothing of a length",
                                      seeds->seeds.size(), seeds->without_length));
        return exit_done;
    }
    wire::JsonWriter w;
    w.object().member("accepted", static_cast<std::uint64_t>(seeds->seeds.size()));
    w.member("without_length", static_cast<std::uint64_t>(seeds->without_length)).end();
    in.out().json(w.text());
    return exit_done;
}

} // namespace

std::vector<Command> institutions_commands() {
    const Option tenant = tenant_option("whose (default main)");
    return {
        {.name = "institutions",
         .sentence =
             "show what was learnt of institutions: which identifiers survive, and how they "
             "are cut",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "NAME", .help = "one of them, in full", .required = false}},
         .options = with_list_options({tenant}),
         .run = run_show},
        {.name = "institutions seed",
         .sentence = "say beforehand how long references may be",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "FILE",
                        .help = "JSON of up to 1 MiB: ours, or a provider's constraints "
                                "(docs/learning.md)",
                        .is_file = true}},
         .options = {tenant},
         .run = run_seed},
    };
}

} // namespace settled::cli
