#include "dev/dev_command.h"

#include "cli/client/sign_in_link.h"
#include "cli/invocation.h"
#include "dev/directory.h"
#include "dev/guide.h"
#include "dev/installation.h"
#include "dev/sandbox_thread.h"
#include "observe/log.h"
#include "server/console_pages.h"
#include "server/server.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace settled::dev {

namespace {

// What is written to standard error goes to a file while this lives: the log of a server is none of
// the terminal's business here.
class LogFile {
  public:
    static Result<LogFile> open(const std::string& path) {
        const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const int terminal = file < 0 ? -1 : ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        if (file >= 0 && terminal >= 0)
            ::dup2(file, STDERR_FILENO);
        if (file >= 0)
            ::close(file);
        if (terminal < 0)
            return fail(Code::io_failed, "cannot write " + path);
        return LogFile(terminal);
    }
    LogFile(LogFile&& other) noexcept : terminal_(std::exchange(other.terminal_, -1)) {}
    LogFile& operator=(LogFile&&) = delete;
    ~LogFile() {
        if (terminal_ < 0)
            return;
        std::fflush(stderr);
        ::dup2(terminal_, STDERR_FILENO);
        ::close(terminal_);
    }

  private:
    explicit LogFile(int terminal) : terminal_(terminal) {}
    int terminal_;
};

sandbox::SandboxOptions sandbox_options(const Directory& directory) {
    const cli::DevPorts& ports = directory.state().ports;
    sandbox::SandboxOptions options;
    options.directory = directory.file("sandbox");
    options.control_port = ports.control;
    options.bank_port = ports.bank;
    options.core_bank_port = ports.core_bank;
    options.partner_port = ports.partner;
    options.partner_tls_port = ports.partner_tls;
    options.platform_port = ports.platform;
    options.platform_tls_port = ports.platform_tls;
    // The bank's 15 minutes, shortened: a developer who restarts a server does not wait for them.
    options.timing.retry_every = std::chrono::seconds(2);
    return options;
}

// A link that signs the user in; none where there is no console.
Result<Secret> sign_in_link(const server::Config& config) {
    if (!server::has_console())
        return Secret();
    TRY(cli::SignInLink link, cli::make_sign_in_link(config, "main"));
    return std::move(link.url);
}

Result<> run(Directory& directory, bool as_json) {
    TRY_VOID(check_ports(directory.state().ports, directory.claims()));
    TRY(const LogFile log_file, LogFile::open(directory.file("server.log")));
    SandboxThread sandbox;
    TRY_VOID(sandbox.open(sandbox_options(directory)));
    TRY(const server::Config config, write_settings(directory, sandbox.get().key_files()));
    if (directory.is_new())
        TRY_VOID(make_installation(directory, config, sandbox.get()));
    TRY_VOID(remind_sandbox(directory, config, sandbox.get()));
    TRY(const Secret console, sign_in_link(config));
    log::start(LogLevel::info);
    sandbox.start();
    const Result<> served =
        server::serve(config, server::AfterRestore::no, [&](const server::Listening&) {
            const cli::DevState& state = directory.state();
            const std::string_view link = console.reveal(); // to its owner's terminal
            fmt::print("{}", as_json ? guide_json(state, link)
                                     : guide_text(state, directory.path(), link));
            std::fflush(stdout);
        });
    sandbox.stop();
    log::stop();
    return served;
}

int run_dev(cli::Invocation& in) {
    std::signal(SIGPIPE, SIG_IGN);
    auto directory =
        Directory::take(in.text("--dir", std::string(cli::dev_directory)), in.has("--fresh"));
    if (!directory)
        return in.out().problem(directory.error());
    const Result<> ran = run(*directory, in.has("--json"));
    return ran ? cli::exit_done : in.out().problem(ran.error());
}

} // namespace

std::vector<cli::Command> dev_commands() {
    return {{.name = "dev",
             .sentence = "start a server with a bank, a partner, an account and a key, to develop "
                         "against",
             .options = {{.name = "--dir",
                          .value = "DIRECTORY",
                          .help = "for all that it keeps (default ./settled-dev)"},
                         {.name = "--fresh", .help = "forget what is there, and begin anew"},
                         {.name = "--json",
                          .help = "when it is ready, print one line of JSON instead of the text"}},
             .notes = "Server, model bank, core bank, platform and partner run in this process, on "
                      "loopback alone, until Ctrl-C. Started again it has the same key, ports and "
                      "data. Commands in the directory that ./settled-dev is in talk to this "
                      "server, if no other one is named.",
             .statuses = {{cli::exit_done, "it was ended by Ctrl-C"}},
             .run = run_dev}};
}

} // namespace settled::dev
