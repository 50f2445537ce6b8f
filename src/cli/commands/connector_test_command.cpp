// `settled connectors test`: the connector's API is called, by the server, on the path that all calls
// take.
#include "cli/client/query.h"
#include "cli/commands/connector_options.h"
#include "cli/invocation.h"
#include "cli/table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace settled::cli {

namespace {

using Steady = std::chrono::steady_clock;
using wire::Json;

constexpr std::chrono::milliseconds look_every{50};
constexpr std::int64_t wait_default_s = 15;

// The calls that a test makes, in their order.
std::vector<std::string> calls_of(const Json& made) {
    std::vector<std::string> ids{text_at(made, "call_id")};
    if (const std::string account = text_at(made, "account_call_id"); !account.empty())
        ids.push_back(account);
    const auto setup = made.member("setup_call_ids");
    for (std::size_t i = 0; setup && i < setup->size(); ++i)
        ids.push_back(text_at(setup->at(i), ""));
    return ids;
}

// Its first try's end is enough: a person waits.
Result<Answered> follow(ApiSession& api, const std::string& id, Steady::time_point last) {
    for (;;) {
        auto call = api.ask({.method = "GET", .target = "/v1/calls/" + query_text(id), .body = ""});
        const bool has_ended =
            call && (call->at("status") != "queued" || !call->at("reply_class").empty());
        if (!call || has_ended || Steady::now() >= last)
            return call;
        std::this_thread::sleep_for(look_every);
    }
}

bool is_good(const Answered& call) {
    return call.at("reply_class") == "taken" && call.at("reason").empty();
}

std::string what_came(const Answered& call) {
    if (is_good(call))
        return "good";
    if (!call.at("reason").empty())
        return safe(call.at("reason"));
    return call.at("reply_class").empty() ? "no try has ended" : call.at("reply_class");
}

void print(const Invocation& in, const std::vector<Answered>& calls) {
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().key("data").array();
        for (const Answered& call : calls) {
            w.object().member("call_id", call.at("id")).member("purpose", call.at("purpose"));
            w.member("is_good", is_good(call)).member("reason", call.at("reason")).end();
        }
        w.end().member("next", std::optional<std::string>()).end();
        return in.out().json(std::move(w).text());
    }
    std::vector<TableLine> lines{{"CALL", "PURPOSE", "WHAT CAME"}};
    for (const Answered& call : calls)
        lines.push_back({call.at("id"), call.at("purpose"), what_came(call)});
    in.out().text(table(lines));
}

int run_test(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto made =
        api->ask({.method = "POST",
                  .target = fmt::format("/v1/connectors/{}/test", query_text(in.text("NAME"))),
                  .body = ""});
    if (!made)
        return api->report(made.error());
    const auto last = Steady::now() + std::chrono::seconds(in.number("--wait", wait_default_s));
    std::vector<Answered> calls;
    for (const std::string& id : calls_of(made->root())) {
        auto call = follow(*api, id, last);
        if (!call)
            return api->report(call.error());
        calls.push_back(*std::move(call));
    }
    print(in, calls);
    return std::ranges::all_of(calls, is_good) ? exit_done : exit_failed;
}

} // namespace

std::vector<Command> connector_test_commands() {
    return {{.name = "connectors test",
             .sentence = "call a connector's API, and see what comes; no money is moved",
             .place = Place::server,
             .output = Output::both,
             .arguments = {{.name = "NAME", .help = "the connector's name"}},
             .options = {{.name = "--wait",
                          .value = "SECONDS",
                          .help = "how long to wait for the replies (default 15)",
                          .is_number = true,
                          .least = 1,
                          .most = 600},
                         tenant_option("whose connectors (default main)")},
             .notes =
                 "Of a bank: its test endpoint, and the institution's account. Of a core bank: "
                 "its organisation, its transaction channels and its custom fields; what is "
                 "missing is named. `settled doctor --connect` does the same and more.",
             .run = run_test}};
}

} // namespace settled::cli
