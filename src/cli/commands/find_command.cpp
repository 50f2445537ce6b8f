// `settled find`: what people know of a thing, and what it is.
#include "cli/commands/find_commands.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "cli/reports/why.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

namespace settled::cli {

namespace {

constexpr std::int64_t hits_most = 100;

std::string search_body(const Invocation& in) {
    std::string words;
    for (const std::string& word : in.all("WORD"))
        words += (words.empty() ? "" : " ") + word;
    wire::JsonWriter w;
    w.object().member("q", words);
    if (in.has("--limit"))
        w.member("limit", in.number("--limit", hits_most));
    w.end();
    return std::move(w).text();
}

// Whether it is too short for a reference, which is looked for from its beginning.
bool is_short_reference(const Invocation& in) {
    constexpr std::size_t reference_min = 4;
    std::size_t letters = 0;
    for (const std::string& word : in.all("WORD"))
        letters += static_cast<std::size_t>(
            std::ranges::count_if(word, [](unsigned char c) { return std::isalnum(c) != 0; }));
    return letters < reference_min;
}

int run_find(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto found = api->ask({"POST", "/v1/search", search_body(in)});
    if (!found)
        return api->report(found.error());
    if (in.out().is_json()) {
        in.out().json(found->body());
    } else {
        in.out().text(find_report(found->root(), Look::of(stdout)));
        if (is_short_reference(in))
            in.out().sentence("references were not searched: give the first 4 characters of a "
                              "reference, or more");
    }
    const auto data = found->root().member("data");
    return data && data->size() > 0 ? exit_done : exit_failed;
}

} // namespace

Command find_command() {
    return {
        .name = "find",
        .sentence = "search for a payment, money, an order or anything else by what is known of it",
        .place = Place::server,
        .output = Output::both,
        .arguments = {{.name = "WORD",
                       .help =
                           "an id of any kind, an IBAN or sort code and number, an amount (12.34, "
                           "£12.34, 12.34 GBP), a reference or its beginning (4 characters), "
                           "words of a name or their beginnings (3 letters)",
                       .many = true}},
        .options = {{.name = "--limit",
                     .value = "NUMBER",
                     .help = "how many of each kind (default 20)",
                     .is_number = true,
                     .least = 1,
                     .most = hits_most},
                    tenant_option("whose (default main)")},
        .notes = "Ids are found whole and in any case; references and names from their beginnings, "
                 "never "
                 "by the middle of a word.",
        .statuses = {{exit_failed, "nothing was found"}},
        .run = run_find};
}

} // namespace settled::cli
