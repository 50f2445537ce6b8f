#include "bench/support/process.h"

#include "bench/support/load.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace settled::bench {

namespace {

std::string binary() {
    // build/release/bench/bench_x → build/release/settled
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "settled")
        .string();
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

} // namespace

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
}

Result<ServerProcess> ServerProcess::start(const std::string& data,
                                           const std::string& config_file) {
    ServerProcess server;
    server.port_ = free_port();
    const std::string listen = fmt::format("127.0.0.1:{}", server.port_);
    const std::string program = binary();
    const auto begin = std::chrono::steady_clock::now();
    server.pid_ = ::fork();
    if (server.pid_ == 0) {
        const std::string log = data + "/server.log";
        const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(fd, STDERR_FILENO);
        ::execl(program.c_str(), program.c_str(), "serve", "--data", data.c_str(), "--config",
                config_file.c_str(), "--listen", listen.c_str(), nullptr);
        ::_exit(127);
    }
    constexpr int tries = 4000;
    for (int i = 0; i < tries; ++i) {
        if (get_status(server.port_, "/readyz") == 200) {
            server.ready_after_ = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - begin);
            return server;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return fail(Code::io_failed, "the server did not become ready; see " + data + "/server.log");
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), port_(other.port_), ready_after_(other.ready_after_) {}

ServerProcess::~ServerProcess() {
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

std::chrono::nanoseconds ServerProcess::cpu() const {
    std::int64_t total = 0;
    for (const auto& task :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid_))) {
        std::ifstream file(task.path() / "schedstat");
        std::int64_t ran = 0;
        file >> ran;
        total += ran;
    }
    return std::chrono::nanoseconds(total);
}

double ServerProcess::resident_mib() const {
    std::ifstream file(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024.0;
    return 0;
}

std::uint64_t ServerProcess::bytes_written() const {
    std::ifstream file(fmt::format("/proc/{}/io", pid_));
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("write_bytes:"))
            return std::stoull(line.substr(12));
    return 0;
}

} // namespace settled::bench
