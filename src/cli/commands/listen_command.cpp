// `settled listen`: events as they happen, printed and sent on to a receiver that is being written.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/listen/event_line.h"
#include "cli/listen/event_place.h"
#include "cli/listen/listener.h"
#include "cli/listen/signing_secret.h"
#include "cli/listen/stream_source.h"
#include "cli/look.h"
#include "domain/event.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace settled::cli {

namespace {

namespace asio = boost::asio;

void print_ready(const Printer& out, const Secret& secret) {
    // For the user, who puts it into the receiver that is forwarded to.
    const std::string line = fmt::format("ready, signing secret {}\n", secret.reveal());
    fmt::print(out.is_json() ? stderr : stdout, "{}", line);
    std::fflush(stdout);
}

void print_event(const Printer& out, const StreamedEvent& event,
                 const Forwarder::Outcome* outcome) {
    const std::string_view arrow = Look::of(stdout).unicode ? "→" : "->";
    if (out.is_json())
        fmt::print("{}\n", event.body);
    else if (outcome == nullptr)
        fmt::print("{}\n", event_line(event.body));
    else
        fmt::print("{}  {} {}\n", event_line(event.body), arrow, outcome->words);
    std::fflush(stdout);
    if (out.is_json() && outcome != nullptr && !outcome->is_taken)
        fmt::print(stderr, "settled: {} {} {}\n", event.id, arrow, outcome->words);
}

Task<> listen(Listener& listener, asio::io_context& io, Result<>& ended) {
    ended = co_await listener.run();
    io.stop();
}

int run_to_its_end(Invocation& in, ListenPlan plan, const Secret& secret) {
    const Printer& out = in.out();
    int status = exit_done;
    bool is_cut = false;
    Listener::Hooks hooks{
        .ready = [&] { print_ready(out, secret); },
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
            [&](const StreamedEvent& event, const Forwarder::Outcome* outcome) {
                is_cut = false;
                print_event(out, event, outcome);
            }};
    Result<> ended;
    asio::io_context io(1); // what is left in it when it ends refers to nothing below
    std::unique_ptr<Forwarder> forwarder;
    if (in.has("--forward-to")) {
        const std::string authorities = plan.remote ? plan.remote->authorities : "";
        auto made = Forwarder::make(io, *forward_url(in.text("--forward-to")), secret, authorities);
        if (!made)
            return out.problem(made.error());
        forwarder = *std::move(made);
    }
    Listener listener(io, std::move(plan), std::move(hooks), std::move(forwarder));
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
    asio::co_spawn(io, listen(listener, io, ended), asio::detached);
    io.run();
    return ended ? status : out.problem(ended.error());
}

int run_listen(Invocation& in) {
    SystemClock clock;
    SystemRng rng;
    std::optional<Since> since;
    if (in.has("--since")) {
        auto parsed = parse_since(in.text("--since"), clock.wall());
        if (!parsed)
            return in.usage(parsed.error());
        since = *std::move(parsed);
    }
    if (in.has("--forward-to"))
        if (const auto url = forward_url(in.text("--forward-to")); !url)
            return in.usage(url.error());
    auto place = stream_source_of(in);
    if (!place)
        return exit_usage;
    const auto file = signing_secret_file();
    auto secret = file ? signing_secret(*file, place->name, rng)
                       : Result<Secret>(std::unexpected(file.error()));
    if (!secret)
        return in.out().problem(secret.error());
    if (in.has("--print-secret")) {
        fmt::print("{}\n", secret->reveal()); // it is what was asked for
        return exit_done;
    }
    if (const auto running = check_running(in); !running)
        return in.out().problem(running.error());
    auto api = in.api();
    if (!api)
        return exit_usage;
    auto after = since ? place_of(*api, *since) : place_of_now(*api);
    if (!after)
        return api->report(after.error());
    ListenPlan plan = std::move(place->plan);
    plan.after = *std::move(after);
    plan.since = since ? since->time : Instant{};
    plan.types = in.all("--events");
    plan.count = in.number("--count", std::size_t{0});
    return run_to_its_end(in, std::move(plan), *secret);
}

std::vector<std::string_view> event_types() {
    const auto all = domain::all_event_types();
    return {all.begin(), all.end()};
}

} // namespace

std::vector<Command> listen_commands() {
    return {
        {.name = "listen",
         .sentence = "print events as they happen, and forward them to a receiver of yours",
         .place = Place::server,
         .output = Output::both,
         .options =
             {{.name = "--forward-to",
               .value = "URL",
               .help = "post each event there too, signed by Standard Webhooks: http on this "
                       "machine, else https"},
              {.name = "--events",
               .value = "TYPES",
               .help = "only these types, separated by commas (default: all); "
                       "docs/notifications.md says where they are listed",
               .choices = event_types(),
               .commas = true},
              {.name = "--since",
               .value = "WHEN",
               .help = "begin with what happened since then: a time, how long ago (10m, 2h, 3d), "
                       "or the id of the last event that is known (default: now)"},
              {.name = "--count",
               .value = "NUMBER",
               .help = "end after so many events (default: until Ctrl-C)",
               .is_number = true,
               .least = 1,
               .most = 1'000'000'000},
              {.name = "--print-secret", .help = "print the signing secret alone, and end"},
              tenant_option("whose events (default main)")},
         .notes =
             "It reads the event stream, so it needs no endpoint and works from any machine. The "
             "signing secret is the same each time for this server and user "
             "(~/.config/settled/listen). A forward that fails is shown, and not repeated. In a "
             "pipe and with --json each event is a line as endpoints are sent it.",
         .statuses = {{exit_done, "the count is full, or it was ended by Ctrl-C"}},
         .run = run_listen}};
}

} // namespace settled::cli
