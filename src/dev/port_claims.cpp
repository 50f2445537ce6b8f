#include "dev/port_claims.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <utility>

namespace settled::dev {

PortClaims& PortClaims::operator=(PortClaims&& other) noexcept {
    if (this != &other) {
        give_up();
        sockets_ = std::exchange(other.sockets_, {});
    }
    return *this;
}

void PortClaims::give_up() {
    for (const auto& [port, socket] : std::exchange(sockets_, {}))
        ::close(socket);
}

void PortClaims::give_up(std::uint16_t port) {
    if (const auto claimed = sockets_.extract(port))
        ::close(claimed.mapped());
}

bool PortClaims::claim(std::uint16_t port) {
    if (sockets_.contains(port))
        return true;
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = fmt::format("settled-dev-port-{}", port);
    std::memcpy(address.sun_path + 1, name.data(), name.size()); // behind a zero: it is no file
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        ::close(socket);
        return false;
    }
    sockets_.emplace(port, socket);
    return true;
}

} // namespace settled::dev
