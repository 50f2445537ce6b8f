#include "demo/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace settled::demo {

namespace {

constexpr std::uint16_t lowest = 20'000;
constexpr std::uint16_t count = 12'000; // up to 32000; Linux begins at 32768
constexpr int tries_max = 200;

} // namespace

bool is_free_port(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return bound;
}

Result<std::uint16_t> free_port(Rng& rng) {
    for (int i = 0; i < tries_max; ++i) {
        const auto port = static_cast<std::uint16_t>(lowest + rng.below(count));
        if (is_free_port(port))
            return port;
    }
    return fail(Code::io_failed, "no free port between 20000 and 32000 was found");
}

} // namespace settled::demo
