// `settled tail`: what comes about in a server, as it comes about.
#include "cli/client/query.h"
#include "cli/commands/find_commands.h"
#include "cli/invocation.h"
#include "cli/listen/event_place.h"
#include "cli/listen/listener.h"
#include "cli/listen/stream_source.h"
#include "cli/reports/why.h"
#include "wire/time.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <utility>

namespace settled::cli {

namespace {

namespace asio = boost::asio;

constexpr std::int64_t entries_most = 1'000'000'000;

// nullopt: --since is wrong, which was printed.
std::optional<std::string> stream_of(const Invocation& in) {
    std::string target = "/v1/feed";
    const auto add = [&](std::string_view name, std::string_view value) {
        target += fmt::format("{}{}={}", target.contains('?') ? '&' : '?', name, query_text(value));
    };
    std::string kinds;
    for (const std::string& kind : in.all("--kind"))
        kinds += (kinds.empty() ? "" : ",") + kind;
    if (!kinds.empty())
        add("kinds", kinds);
    if (in.has("--connector"))
        add("connector", in.text("--connector"));
    if (in.has("--endpoint"))
        add("endpoint", in.text("--endpoint"));
    if (in.has("--since")) {
        const auto since = parse_since(in.text("--since"), SystemClock().wall());
        if (!since || !since->event.empty()) {
            in.usage("--since takes a time, or how long ago: 10m, 2h, 3d");
            return std::nullopt;
        }
        add("since", wire::to_rfc3339(since->time));
    }
    return target;
}

void print_entry(const Printer& out, const std::string& body) {
    if (out.is_json())
        fmt::print("{}\n", body);
    else
        fmt::print("{}", feed_line(body, Look::of(stdout)));
    std::fflush(stdout);
}

Task<> follow(Listener& listener, asio::io_context& io, Result<>& ended) {
    ended = co_await listener.run();
    io.stop();
}

int run_to_its_end(const Printer& out, ListenPlan plan) {
    int status = exit_done;
    bool is_cut = false;
    Listener::Hooks hooks{
        .ready = [] {},
        .broken =
            [&](const Error& error) {
                if (!std::exchange(is_cut, true))
                    fmt::print(stderr,
                               "settled: the stream has ended ({}); reading on as soon as "
                               "the server is there\n",
                               info(error.code).title);
            },
        .refused = [&](const net::Response& refusal) { status = out.problem(refusal); },
        .event =
            [&](const StreamedEvent& entry, const Forwarder::Outcome*) {
                is_cut = false;
                print_entry(out, entry.body);
            }};
    Result<> ended;
    asio::io_context io(1); // what is left in it when it ends refers to nothing below
    Listener listener(io, std::move(plan), std::move(hooks), nullptr);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    asio::co_spawn(io, follow(listener, io, ended), asio::detached);
    io.run();
    return ended ? status : out.problem(ended.error());
}

int run_tail(Invocation& in) {
    auto stream = stream_of(in);
    if (!stream)
        return exit_usage;
    auto source = stream_source_of(in);
    if (!source)
        return exit_usage;
    if (const auto running = check_running(in); !running)
        return in.out().problem(running.error());
    source->plan.stream = *std::move(stream);
    source->plan.count = in.number("--count", std::size_t{0});
    return run_to_its_end(in.out(), std::move(source->plan));
}

} // namespace

Command tail_command() {
    return {
        .name = "tail",
        .sentence =
            "print webhooks, settlements, matches, orders, notifications, events, deliveries and "
            "changes as they are recorded",
        .place = Place::server,
        .output = Output::both,
        .options =
            {{.name = "--kind",
              .value = "KINDS",
              .help = "only these, separated by commas (default: all that the key may read)",
              .choices = {"webhooks", "settlements", "matches", "orders", "notifications", "events",
                          "deliveries", "changes"},
              .commas = true},
             {.name = "--connector",
              .value = "NAME",
              .help = "only what came from, or goes to, this connector"},
             {.name = "--endpoint", .value = "ID", .help = "only deliveries to this endpoint"},
             {.name = "--since",
              .value = "WHEN",
              .help =
                  "begin with what came about since then: a time, or how long ago (10m, 2h, 3d; "
                  "default: now)"},
             {.name = "--count",
              .value = "NUMBER",
              .help = "end after so many entries (default: until Ctrl-C)",
              .is_number = true,
              .least = 1,
              .most = entries_most},
             tenant_option("whose (default main)")},
        .notes = "In a pipe and with --json each entry is a line, as GET /v1/feed sends it.",
        .statuses = {{exit_done, "the count is full, or it was ended by Ctrl-C"}},
        .run = run_tail};
}

} // namespace settled::cli
