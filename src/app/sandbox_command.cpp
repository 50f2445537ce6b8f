#include "app/commands.h"
#include "sandbox/sandbox.h"

#include <fmt/format.h>

namespace settled::app {

namespace {

struct Options {
    Options() { sandbox.directory = "./sandbox-data"; }

    sandbox::SandboxOptions sandbox;
    sandbox::Targets targets;
};

void print_addresses(const sandbox::Sandbox& sandbox, const std::string& directory) {
    const sandbox::Ports ports = sandbox.ports();
    fmt::print("sandbox is up\n"
               "  control       http://127.0.0.1:{}   (GET /state says everything)\n"
               "  bank          http://127.0.0.1:{}\n"
               "  partner       http://127.0.0.1:{}\n"
               "  partner, TLS  https://localhost:{}\n"
               "  keys          {}\n"
               "  bank key      {}\n"
               "  signing key   {}\n",
               ports.control, ports.bank, ports.partner, ports.partner_tls, directory,
               sandbox.key_files().bank_public_key, sandbox.key_files().institution_private_key);
    std::fflush(stdout);
}

void add_milliseconds(CLI::App& command, const char* name, std::chrono::milliseconds& into,
                      const char* help) {
    command.add_option_function<std::int64_t>(
        name, [&into](std::int64_t value) { into = std::chrono::milliseconds(value); }, help);
}

} // namespace

void add_sandbox(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = line.root.add_subcommand(
        "sandbox", "run a model bank, payment provider and partner on loopback");
    command->add_option(
        "--dir", options->sandbox.directory,
        "directory for its keys and the number of its runs (default ./sandbox-data)");
    command->add_option("--control-port", options->sandbox.control_port,
                        "port of the control API (default: any)");
    command->add_option("--bank-port", options->sandbox.bank_port, "port of the model bank's API");
    command->add_option("--partner-port", options->sandbox.partner_port,
                        "port of the model partner");
    command->add_option("--partner-tls-port", options->sandbox.partner_tls_port,
                        "port of the model partner's HTTPS");
    command->add_option(
        "--seed", options->sandbox.seed,
        "seed of everything random in the first run; later ones in the same directory "
        "never send an id again");
    command->add_option("--webhook-url", options->targets.webhook_url,
                        "where webhooks go: http://HOST:PORT/hooks/NAME");
    command->add_option("--settled-url", options->targets.settled_url,
                        "root of the API of settled");
    add_milliseconds(*command, "--answer-within-ms", options->sandbox.timing.answer_within,
                     "how long the bank waits for an answer (default 5000)");
    add_milliseconds(*command, "--retry-every-ms", options->sandbox.timing.retry_every,
                     "how long the bank waits before it repeats (default 15 minutes)");
    add_milliseconds(*command, "--retry-for-ms", options->sandbox.timing.retry_for,
                     "how long the bank goes on repeating (default 24 hours)");
    command->callback([&line, options] {
        const auto ran = sandbox::run_sandbox(options->sandbox, [&](sandbox::Sandbox& sandbox) {
            if (const auto aimed = sandbox.aim(std::move(options->targets)); !aimed)
                line.exit_status = report(aimed.error());
            print_addresses(sandbox, options->sandbox.directory);
        });
        if (!ran)
            line.exit_status = report(ran.error());
    });
}

} // namespace settled::app
