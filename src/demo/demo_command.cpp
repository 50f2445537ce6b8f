#include "demo/demo_command.h"

#include "cli/client/sign_in_link.h"
#include "cli/invocation.h"
#include "demo/installation_files.h"
#include "demo/story.h"
#include "server/console_pages.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>

namespace settled::demo {

namespace {

namespace asio = boost::asio;

struct Options {
    bool exit_after = false;
    bool keep = false;
    std::uint16_t port = 0;
    std::string store_url; // empty: SETTLED_STORE_URL, or SQLite
    std::size_t nodes = 1;
    KeysIn keys = KeysIn::files;
};

constexpr std::size_t nodes_max = 9; // one digit: the columns stay

constexpr int exit_interrupted = 130; // as shells have it: 128 + SIGINT

// How far the demo came; its own coroutines and main look at it.
struct Run {
    Options options;
    bool told = false;
    bool all_good = false;
    bool interrupted = false;
};

// A link that signs the user in to the console of the demo's server.
void show_console(Stage& stage) {
    if (!server::has_console())
        return;
    server::Config config;
    config.data = stage.world.server().place().data;
    config.public_url = stage.world.server().url();
    const auto link = cli::make_sign_in_link(config, "main");
    if (link)
        stage.terminal.fact("console", std::string(link->url.reveal()),
                            "   works once, for 5 minutes");
}

void invite(Stage& stage) {
    World& world = stage.world;
    cli::Terminal& terminal = stage.terminal;
    const std::string server = world.server().url();
    const sandbox::Ports ports = world.sandbox().ports();
    const std::string control = fmt::format("http://127.0.0.1:{}", ports.control);
    terminal.empty_line();
    terminal.sentence("Everything stays up until Ctrl-C. Things to try:");
    terminal.fact("server", server, "   /readyz /metrics /openapi.yaml");
    show_console(stage);
    for (std::size_t node = 1; node < world.nodes().count(); ++node)
        terminal.fact(Nodes::name(node), world.nodes().at(node).url());
    terminal.fact("sandbox", control, "   /state /bank/webhooks /partner/records");
    terminal.fact("files", world.directory(), "   settled.toml, server.log, data/");
    terminal.empty_line();
    fmt::print("# a payment is made, then its money comes with a shorter reference\n"
               "curl -s {0}/provider/payments -d "
               "'{{\"id\":\"mine-1\",\"amount\":\"9.99\",\"reference\":\"MY ORDER 4711\","
               "\"payee\":{{\"iban\":\"{1}\"}}}}'\n"
               "curl -s {0}/bank/payments -d "
               "'{{\"account\":\"{1}\",\"amount\":\"9.99\",\"reference\":\"MY ORDER 4711\","
               "\"mutations\":{{\"cut\":11,\"drop_end_to_end_id\":true}}}}'\n"
               "# what the partner was told\n"
               "curl -s '{0}/partner/records?limit=500'\n"
               "# a key for the server's own API\n"
               "settled keys create --data {2} --name me --scopes '*'\n",
               control, world.iban, world.server().place().data);
    std::fflush(stdout);
}

Task<> wind_down(Stage& stage) {
    // The bank first: it would go on sending.
    co_await stage.world.sandbox().stop();
    co_await stage.world.stop_servers();
    stage.world.sandbox().io().stop();
}

Task<> play(Stage& stage, Run& run) {
    co_await tell_story(stage);
    run.told = true;
    run.all_good = stage.all_good();
    if (run.interrupted)
        co_return; // the other one winds down
    if (run.options.exit_after)
        co_await wind_down(stage);
    else
        invite(stage);
}

Task<> end_on_signal(Stage& stage, asio::signal_set& signals, Run& run) {
    boost::system::error_code cancelled;
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    run.interrupted = true;
    stage.terminal.empty_line();
    stage.terminal.sentence("Stopping.");
    asio::co_spawn(stage.world.sandbox().io(), wind_down(stage), asio::detached);
    // A user who interrupts twice does not want to wait.
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (cancelled)
        co_return;
    stage.world.nodes().kill_now();
    stage.world.sandbox().io().stop();
}

int exit_status(const Run& run) {
    if (!run.told)
        return exit_interrupted;
    return run.all_good ? 0 : 1;
}

// Where the servers' store is. They learn it from the environment, where others do not see it.
Result<std::string> store_of(const Options& options) {
    constexpr const char* variable = "SETTLED_STORE_URL";
    if (!options.store_url.empty())
        ::setenv(variable, options.store_url.c_str(), 1); // no thread runs yet
    const char* const url = std::getenv(variable);
    std::string store = url == nullptr ? "" : url;
    if (store.empty() && options.nodes > 1)
        return fail(Code::config_invalid, "several nodes need a PostgreSQL: give an empty one in "
                                          "SETTLED_STORE_URL, or `make demo STORE=postgres`");
    return store;
}

int run_demo(cli::Invocation& in) {
    const auto keys = keys_in_of(in.text("--keys", "file"));
    if (!keys)
        return in.usage("--keys is file, softhsm or aws");
    const Options options{.exit_after = in.has("--exit"),
                          .keep = in.has("--keep"),
                          .port = in.number("--port", std::uint16_t{0}),
                          .store_url = in.text("--store"),
                          .nodes = in.number("--nodes", std::size_t{1}),
                          .keys = *keys};
    std::signal(SIGPIPE, SIG_IGN);
    auto store = store_of(options);
    if (!store)
        return in.out().problem(store.error());
    auto directory = WorkDirectory::make(options.keep);
    if (!directory)
        return in.out().problem(directory.error());
    cli::Terminal terminal(stdout, cli::Look::of(stdout));
    asio::io_context io(1);
    asio::signal_set signals(io, SIGINT, SIGTERM); // before the first key: that takes a second
    const auto world = World::make(
        io, {directory->path(), *std::move(store), options.nodes, options.port, options.keys});
    if (!world)
        return in.out().problem(world.error());
    Stage stage(**world, terminal);
    Run run{options};
    asio::co_spawn(io, end_on_signal(stage, signals, run), asio::detached);
    io.poll(); // a signal that has come already
    if (!run.interrupted)
        asio::co_spawn(io, play(stage, run), asio::detached);
    io.run();
    if (options.keep)
        fmt::print("\nkept: {}\n", directory->path());
    return exit_status(run);
}

} // namespace

std::vector<cli::Command> demo_commands() {
    return {
        {.name = "demo",
         .sentence = "start server and sandbox, and show the whole story while it happens",
         .options = {{.name = "--exit",
                      .help = "end after the story, with 0 only if every step was proven"},
                     {.name = "--keep", .help = "leave the store, its settings and its log behind"},
                     {.name = "--port",
                      .value = "PORT",
                      .help = "of the server on 127.0.0.1 (default: any)",
                      .is_number = true,
                      .most = 65'535},
                     {.name = "--store",
                      .value = "URL",
                      .help = "postgresql://… of an empty database (default: SQLite); give a "
                              "URL with a password in SETTLED_STORE_URL, where others do not "
                              "see it"},
                     {.name = "--keys",
                      .value = "PLACE",
                      .help = "where the institution's key is: file (default), softhsm or aws "
                              "(`make demo KEYS=aws` starts what stands for it)"},
                     {.name = "--nodes",
                      .value = "NUMBER",
                      .help = "servers on that store (default 1)",
                      .is_number = true,
                      .least = 1,
                      .most = nodes_max}},
         .statuses = {{cli::exit_failed, "a step was not proven, or something failed"}},
         .run = run_demo}};
}

} // namespace settled::demo
