#include "dev/directory.h"

#include "demo/ports.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

namespace settled::dev {

namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t server_port = 8080;
constexpr const char* lock_name = "lock";
constexpr const char* state_name = "dev.json";

std::unexpected<Error> io_failed(const std::string& path) {
    return fail(Code::io_failed, path + ": " + std::strerror(errno));
}

// True if it was made just now.
Result<bool> make_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0)
        return true;
    if (errno != EEXIST)
        return io_failed(path);
    std::error_code failed;
    if (!fs::is_directory(path, failed))
        return fail(Code::state_conflict, path + " is no directory");
    return false;
}

Result<int> take_lock(const std::string& path) {
    const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return io_failed(path);
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    const bool is_held = errno == EWOULDBLOCK;
    ::close(lock);
    if (!is_held)
        return io_failed(path);
    return fail(Code::state_conflict, "a `settled dev` of this directory is running already");
}

// Whether a program listens there. Connections of an earlier run that have just ended do not count,
// as they would for a second bind().
bool is_served(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool served =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return served;
}

} // namespace

Directory::Directory(Directory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)),
      claims_(std::move(other.claims_)), state_(std::move(other.state_)) {}

Directory::~Directory() {
    if (lock_ >= 0)
        ::close(lock_);
}

Result<Directory> Directory::take(const std::string& path, bool fresh) {
    TRY(const bool is_made, make_directory(path));
    std::error_code failed;
    const std::string whole = fs::canonical(path, failed).string();
    if (failed)
        return fail(Code::io_failed, path + ": " + failed.message());
    // From here on it is seen to be ours.
    if (is_made)
        TRY_VOID(cli::write_dev_state(whole, {}));
    TRY(const std::optional<cli::DevState> known, cli::read_dev_state(whole));
    if (!known)
        return fail(Code::state_conflict,
                    path + " was not made by `settled dev`: name another one with --dir");
    TRY(const int lock, take_lock(whole + "/" + lock_name));
    Directory directory(whole, lock);
    TRY_VOID(directory.read(fresh));
    return directory;
}

Result<> Directory::read(bool fresh) {
    TRY(std::optional<cli::DevState> known, cli::read_dev_state(path_));
    if (known && known->is_whole() && !fresh) {
        state_ = *std::move(known);
        return {};
    }
    TRY_VOID(clear());
    SystemRng rng;
    TRY(state_.ports, choose_ports(rng, claims_));
    return cli::write_dev_state(path_, state_);
}

// All but what says that it is ours.
Result<> Directory::clear() const {
    TRY_VOID(cli::write_dev_state(path_, {}));
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(path_, failed)) {
        const std::string name = entry.path().filename();
        if (name == lock_name || name == state_name)
            continue;
        std::error_code kept;
        fs::remove_all(entry.path(), kept);
        if (kept)
            return fail(Code::io_failed, entry.path().string() + ": " + kept.message());
    }
    if (failed)
        return fail(Code::io_failed, path_ + ": " + failed.message());
    return {};
}

Result<cli::DevPorts> choose_ports(Rng& rng, PortClaims& claims) {
    constexpr int tries_max = 200;
    cli::DevPorts ports;
    std::set<std::uint16_t> taken;
    const auto choose = [&]() -> Result<std::uint16_t> {
        for (int i = 0; i < tries_max; ++i) {
            TRY(const std::uint16_t port, demo::free_port(rng));
            if (!taken.contains(port) && claims.claim(port)) {
                taken.insert(port);
                return port;
            }
        }
        return fail(Code::io_failed,
                    "every port that was tried is used by another `settled dev`; end one of them");
    };
    // Claimed first, then looked at: to look is to take it for a moment.
    if (claims.claim(server_port) && demo::is_free_port(server_port)) {
        ports.server = server_port;
    } else {
        claims.give_up(server_port);
        TRY(ports.server, choose());
    }
    for (std::uint16_t* const port : {&ports.control, &ports.bank, &ports.core_bank, &ports.partner,
                                      &ports.partner_tls, &ports.platform, &ports.platform_tls}) {
        TRY(*port, choose());
    }
    return ports;
}

Result<> check_ports(const cli::DevPorts& ports, PortClaims& claims) {
    for (const std::uint16_t port :
         {ports.server, ports.control, ports.bank, ports.core_bank, ports.partner,
          ports.partner_tls, ports.platform, ports.platform_tls})
        if (!claims.claim(port) || is_served(port))
            return fail(Code::state_conflict,
                        fmt::format("port {} on 127.0.0.1, which this `settled dev` had before, is "
                                    "taken by another program: end that, or begin anew with "
                                    "--fresh",
                                    port));
    return {};
}

} // namespace settled::dev
