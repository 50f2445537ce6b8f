#include "cli/commands.h"
#include "cli/commands/sandbox_guide.h"
#include "cli/invocation.h"
#include "sandbox/sandbox.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

void print_addresses(const sandbox::Sandbox& sandbox, const std::string& directory) {
    const sandbox::Ports ports = sandbox.ports();
    fmt::print("sandbox is up\n"
               "  control       http://127.0.0.1:{}   (GET /state says everything)\n"
               "  bank          http://127.0.0.1:{}\n"
               "  core bank     http://127.0.0.1:{}/api\n"
               "  partner       http://127.0.0.1:{}\n"
               "  partner, TLS  https://localhost:{}\n"
               "  platform      http://127.0.0.1:{}\n"
               "  keys          {}\n"
               "  bank key      {}\n"
               "  signing key   {}\n",
               ports.control, ports.bank, ports.core_bank, ports.partner, ports.partner_tls,
               ports.platform, directory, sandbox.key_files().bank_public_key,
               sandbox.key_files().institution_private_key);
}

// How to connect it to a server, as commands to paste.
Result<> print_guide(sandbox::Sandbox& sandbox, const std::string& directory,
                     const std::string& settled_url) {
    const SandboxGuide guide{sandbox.ports(),
                             sandbox.key_files(),
                             directory,
                             settled_url.empty() ? "http://127.0.0.1:8080" : settled_url,
                             sandbox.accounts().real_account_id(),
                             sandbox.accounts().real_account_iban()};
    TRY_VOID(write_server_settings(guide));
    fmt::print("{}", shown(guide));
    return {};
}

sandbox::SandboxOptions options_of(const Invocation& in) {
    sandbox::SandboxOptions options;
    options.directory = in.text("--dir", "./sandbox-data");
    options.control_port = in.number("--control-port", options.control_port);
    options.bank_port = in.number("--bank-port", options.bank_port);
    options.core_bank_port = in.number("--core-bank-port", options.core_bank_port);
    options.partner_port = in.number("--partner-port", options.partner_port);
    options.partner_tls_port = in.number("--partner-tls-port", options.partner_tls_port);
    options.platform_port = in.number("--platform-port", options.platform_port);
    options.platform_tls_port = in.number("--platform-tls-port", options.platform_tls_port);
    options.seed = in.number("--seed", options.seed);
    const auto wait = [&in](std::string_view name, std::chrono::milliseconds& into) {
        into = std::chrono::milliseconds(in.number<std::int64_t>(name, into.count()));
    };
    wait("--answer-within-ms", options.timing.answer_within);
    wait("--retry-every-ms", options.timing.retry_every);
    wait("--retry-for-ms", options.timing.retry_for);
    wait("--core-bank-retry-ms", options.core_bank_first_wait);
    return options;
}

int run_sandbox(Invocation& in) {
    const sandbox::SandboxOptions options = options_of(in);
    const std::string directory = options.directory;
    int status = exit_done;
    const auto ran = sandbox::run_sandbox(options, [&](sandbox::Sandbox& sandbox) {
        sandbox::Targets targets;
        targets.webhook_url = in.text("--webhook-url", targets.webhook_url);
        targets.core_bank_webhook_url = in.text("--core-bank-webhook-url", "");
        targets.settled_url = in.text("--settled-url", targets.settled_url);
        if (const auto aimed = sandbox.aim(std::move(targets)); !aimed)
            status = in.out().problem(aimed.error());
        print_addresses(sandbox, directory);
        if (const auto guided = print_guide(sandbox, directory, in.text("--settled-url", ""));
            !guided)
            status = in.out().problem(guided.error());
        std::fflush(stdout);
    });
    return ran ? status : in.out().problem(ran.error());
}

Option port(std::string_view name, std::string_view help) {
    return {.name = name, .value = "PORT", .help = help, .is_number = true, .most = 65'535};
}

Option milliseconds(std::string_view name, std::string_view help) {
    return {.name = name, .value = "MS", .help = help, .is_number = true};
}

} // namespace

std::vector<Command> sandbox_commands() {
    return {
        {.name = "sandbox",
         .sentence = "run a model bank, core bank, payment provider, platform and partner on "
                     "loopback",
         .options = {{.name = "--dir",
                      .value = "DIRECTORY",
                      .help = "for its keys and the number of its runs (default "
                              "./sandbox-data)"},
                     port("--control-port", "of the control API (default: any)"),
                     port("--bank-port", "of the model bank's API (default: any)"),
                     port("--core-bank-port", "of the model core bank's API (default: any)"),
                     port("--partner-port", "of the model partner (default: any)"),
                     port("--partner-tls-port", "of the model partner's HTTPS (default: any)"),
                     port("--platform-port", "of the model platform (default: any)"),
                     port("--platform-tls-port", "of the model platform's HTTPS (default: any)"),
                     {.name = "--seed",
                      .value = "NUMBER",
                      .help = "of everything random in the first run; later ones in the same "
                              "directory never send an id again",
                      .is_number = true},
                     {.name = "--webhook-url",
                      .value = "URL",
                      .help = "where webhooks go: http://HOST:PORT/hooks/NAME"},
                     {.name = "--core-bank-webhook-url",
                      .value = "URL",
                      .help = "where the core bank's webhooks go"},
                     {.name = "--settled-url",
                      .value = "URL",
                      .help = "root of the API of settled (in the commands that are printed: "
                              "http://127.0.0.1:8080)"},
                     milliseconds("--answer-within-ms",
                                  "how long the bank waits for an answer (default 5000)"),
                     milliseconds("--retry-every-ms", "how long the bank waits before it "
                                                      "repeats (default 15 minutes)"),
                     milliseconds("--retry-for-ms", "how long the bank goes on repeating "
                                                    "(default 24 hours)"),
                     milliseconds("--core-bank-retry-ms",
                                  "how long the core bank waits before it repeats a webhook "
                                  "for the first time (default 60000)")},
         .notes = "When it is ready it prints commands to paste, which connect it to a server "
                  "and let a payment settle. It runs until SIGINT or SIGTERM.",
         .run = run_sandbox}};
}

} // namespace settled::cli
