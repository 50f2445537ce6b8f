#include "demo/server_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace settled::demo {

namespace {

constexpr int exit_cannot_run = 127;
constexpr int files_max_without_close_range = 1024;

// The sandbox listens already. A child that held its sockets would keep a stopped partner's port
// open, and connections to it would hang instead of being refused.
void close_inherited_files() {
    constexpr unsigned first = STDERR_FILENO + 1;
    if (::close_range(first, ~0U, 0) == 0)
        return;
    for (int fd = first; fd < files_max_without_close_range; ++fd)
        ::close(fd);
}

// Between fork and exec only what is safe in a signal handler may be called.
[[noreturn]] void become_server(char* const* arguments, int log, int nothing, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) // it died before the line above
        ::_exit(exit_cannot_run);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    close_inherited_files();
    ::execv("/proc/self/exe", arguments);
    ::_exit(exit_cannot_run);
}

} // namespace

Result<> ServerProcess::start() {
    std::string name = "settled";
    std::string command = "serve";
    std::string data = "--data=" + place_.data;
    std::string config = "--config=" + place_.config_file;
    std::string listen = "--listen=127.0.0.1:" + std::to_string(place_.port);
    const std::array<char*, 6> arguments{name.data(),   command.data(), data.data(),
                                         config.data(), listen.data(),  nullptr};
    const int log =
        ::open(place_.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t parent = ::getpid();
    const pid_t child = log < 0 || nothing < 0 ? -1 : ::fork();
    if (child == 0)
        become_server(arguments.data(), log, nothing, parent);
    const int reason = errno;
    ::close(log);
    ::close(nothing);
    if (child < 0)
        return fail(Code::io_failed,
                    std::string("the server could not be started: ") + std::strerror(reason));
    pid_ = child;
    return {};
}

bool ServerProcess::is_running() {
    if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0)
        pid_ = 0;
    return pid_ != 0;
}

void ServerProcess::kill_now() {
    if (pid_ == 0)
        return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
}

std::string ServerProcess::last_words() const {
    constexpr std::size_t bytes_max = 300;
    std::ifstream log(place_.log_file);
    std::string last;
    for (std::string line; std::getline(log, line);) {
        const std::size_t begin = line.find_first_not_of(' ');
        if (begin != line.npos)
            last = line.substr(begin, bytes_max);
    }
    return last;
}

void ServerProcess::request_stop() const {
    if (pid_ != 0)
        ::kill(pid_, SIGTERM);
}

void ServerProcess::pause() const {
    if (pid_ != 0)
        ::kill(pid_, SIGSTOP);
}

void ServerProcess::wake() const {
    if (pid_ != 0)
        ::kill(pid_, SIGCONT);
}

} // namespace settled::demo
