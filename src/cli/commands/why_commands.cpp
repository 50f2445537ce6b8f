// `settled explain`, `show` and `status`: why something is as it is, what has happened to it, how all is.
#include "base/id.h"
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/commands/find_commands.h"
#include "cli/invocation.h"
#include "cli/reports/why.h"
#include "cli/shell_word.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace settled::cli {

namespace {

constexpr int http_not_found = 404;
constexpr std::int64_t entries_most = 500;
constexpr std::int64_t candidates_most = 64;

// What an id is explained as: the settlement or payment itself, or that of a match or review.
Result<std::string> subject_of(ApiSession& api, const std::string& id) {
    if (id.starts_with("mat_")) {
        TRY(const Answered match, api.ask({"GET", "/v1/matches/" + query_text(id), ""}));
        return match.at("settlement_id");
    }
    if (id.starts_with("rev_")) {
        TRY(const Answered review, api.ask({"GET", "/v1/reviews/" + query_text(id), ""}));
        return review.at("subject_id");
    }
    return id;
}

// What an id of ours names that is neither explained nor leads to what is; empty: it may be explained.
std::string_view other_kind(const std::string& id) {
    static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
        {"ord", "an order"},    {"ret", "a return"},    {"lnk", "a link"},
        {"pst", "a posting"},   {"cal", "a call"},      {"evt", "an event"},
        {"dlv", "a delivery"},  {"whk", "a webhook"},   {"ntf", "a notification"},
        {"end", "an endpoint"}, {"con", "a connector"}, {"key", "an API key"},
        {"stm", "a statement"}, {"bac", "a Bacs item"}, {"acc", "an account"}};
    for (const auto& [prefix, words] : kinds)
        if (decode_id(prefix, id))
            return words;
    return {};
}

std::string candidates_of(std::string_view kind, const std::string& id, const Invocation& in) {
    std::string target = fmt::format("/v1/{}/{}/candidates", kind, query_text(id));
    if (in.has("--limit"))
        target += fmt::format("?limit={}", in.number("--limit", candidates_most));
    return target;
}

// A payment by our id or the client's, else a settlement by ours or the bank's.
Result<Answered> explain(Invocation& in, ApiSession& api, const std::string& id) {
    if (!id.starts_with("stl_")) {
        const ApiCall payment{"GET", candidates_of("payments", id, in), ""};
        TRY(const net::Response answer, api.call(payment));
        if (answer.status != http_not_found || id.starts_with("pay_"))
            return api.ask(payment);
    }
    const ApiCall settlement{"GET", candidates_of("settlements", id, in), ""};
    TRY(const net::Response answer, api.call(settlement));
    if (answer.status == http_not_found && !id.starts_with("stl_"))
        return fail(
            Code::not_found,
            fmt::format(
                "there is no payment, settlement, match or review {}: give one of our ids, your "
                "client_id of a payment, or the bank's transaction id. `settled find {}` "
                "searches for everything else",
                id, shell_word(id)));
    return api.ask(settlement);
}

// The open review of a settlement; empty: none.
std::string review_of(ApiSession& api, const std::string& id) {
    if (!id.starts_with("stl_"))
        return "";
    const auto settlement = api.ask({"GET", "/v1/settlements/" + id, ""});
    return settlement ? settlement->at("review_id") : "";
}

int run_explain(Invocation& in) {
    if (const std::string id = in.text("ID"); !other_kind(id).empty())
        return in.out().problem(Error{
            Code::value_invalid,
            fmt::format("{} is {}: only payments, settlements, matches and reviews are explained. "
                        "`settled show {}` says what has happened to it",
                        id, other_kind(id), id)});
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto subject = subject_of(*api, in.text("ID"));
    if (!subject)
        return api->report(subject.error());
    const auto explained = explain(in, *api, *subject);
    if (!explained)
        return api->report(explained.error());
    if (in.out().is_json())
        in.out().json(explained->body());
    else
        in.out().text(explain_report(
            explained->root(), review_of(*api, explained->at("subject_id")), Look::of(stdout)));
    return exit_done;
}

int show_as(Invocation& in, const std::string& target,
            std::string (*text)(const wire::Json&, const Look&)) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto answer = api->ask({"GET", target, ""});
    if (!answer)
        return api->report(answer.error());
    if (in.out().is_json())
        in.out().json(answer->body());
    else
        in.out().text(text(answer->root(), Look::of(stdout)));
    return exit_done;
}

int run_show(Invocation& in) {
    return show_as(in,
                   fmt::format("/v1/timeline/{}?limit={}", query_text(in.text("ID")),
                               in.number("--limit", entries_most)),
                   timeline_report);
}

int run_status(Invocation& in) {
    return show_as(in, "/v1/status", status_report);
}

} // namespace

std::vector<Command> why_commands() {
    const Option tenant = tenant_option("whose (default main)");
    return {
        {.name = "status",
         .sentence = "see how all is: money that waits, partners, reviews, what wants attention",
         .place = Place::server,
         .output = Output::both,
         .options = {tenant},
         .notes = "What it shows is counted to 10,000 of a kind. What is wrong with the machine "
                  "itself: settled doctor.",
         .statuses = {{exit_done, "it could ask, whatever the answer says"}},
         .run = run_status},
        {.name = "explain",
         .sentence = "see why money is matched, or is not: the nearest, and what differs",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID",
                        .help = "stl_…, pay_…, mat_…, rev_…, your client_id of a payment, or the "
                                "bank's transaction id"}},
         .options = {{.name = "--limit",
                      .value = "NUMBER",
                      .help = "how many of the nearest, as JSON (default 20)",
                      .is_number = true,
                      .least = 1,
                      .most = candidates_most},
                     tenant},
         .notes = "It is judged now, by the rules as they are; what was decided stays in the "
                  "evidence of the match.",
         .statuses = {{exit_done, "it is explained, also if nothing matched"},
                      {exit_failed, "there is no such id"}},
         .run = run_explain},
        {.name = "show",
         .sentence = "see all that has happened to a thing, in order",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID",
                        .help = "any id, your client_id of a payment or order, or a connector's "
                                "name"}},
         .options = {{.name = "--limit",
                      .value = "NUMBER",
                      .help = "how many entries, at most (default 500)",
                      .is_number = true,
                      .least = 1,
                      .most = entries_most},
                     tenant},
         .statuses = {{exit_failed, "there is no such id"}},
         .run = run_show},
        find_command(),
        tail_command(),
    };
}

} // namespace settled::cli
