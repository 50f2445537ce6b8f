#include "cli/doctor/check.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace settled::cli::doctor {

namespace {

// Whether a server could listen there: it is tried, and ended at once. nullopt: it cannot be said.
std::optional<bool> is_free(const server::ListenAddress& where) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    const bool is_v4 = ::inet_pton(AF_INET, where.address.c_str(), &v4.sin_addr) == 1;
    if (!is_v4 && ::inet_pton(AF_INET6, where.address.c_str(), &v6.sin6_addr) != 1)
        return std::nullopt;
    const int socket = ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return std::nullopt;
    const int on = 1; // what a server that has just ended leaves in TIME_WAIT is no listener
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto* const address =
        is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
    const bool bound = ::bind(socket, address, is_v4 ? sizeof v4 : sizeof v6) == 0;
    const int why = errno;
    ::close(socket);
    if (bound)
        return true;
    return why == EADDRINUSE ? std::optional(false) : std::nullopt;
}

} // namespace

void check_port(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say where it is to listen");
    const auto where = server::parse_listen(config->listen);
    if (!where)
        return found.skipped("", "config.valid comes first");
    if (site.server_runs())
        return found.ok("", "the server runs, on an address of its own");
    if (where->port == 0)
        return found.ok("", "the server takes any port that is free");
    const auto free = is_free(*where);
    if (!free)
        return found.skipped("", fmt::format("{} cannot be tried by this user", config->listen));
    if (*free)
        return found.ok("", fmt::format("{} is free", config->listen));
    found.failed("", fmt::format("another program listens on {}", config->listen),
                 {fmt::format("the server does not start there; `ss -ltnp sport = :{}`, as root, "
                              "names the program: its owner ends it, or server.listen names "
                              "another port",
                              where->port)});
}

} // namespace settled::cli::doctor
