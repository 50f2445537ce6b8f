// What answers while a secret that the store needs, store.master_key or store.password, cannot be read at
// the start: it listens where the server will, answers /livez with 200 and everything else with 503, and
// says on /readyz which of the two it is and by which code. Webhooks are repeated by the bank meanwhile.
//
// The server that comes after it joins its port before it ends, so that no connection is refused in between.
// There is no control socket: commands on this machine say themselves what is wrong.
#pragma once

#include "base/error.h"
#include "net/tls.h"
#include "server/config.h"

#include <chrono>
#include <cstdint>
#include <memory>

namespace settled::server {

// AWS or a token cannot be asked now, or has no such key yet: unlike a file, it may come by itself.
bool is_place_away(const Error& error);
// Whether it is worth waiting for: the secret is not there now. A secret that is there and is the wrong one
// ends the start.
bool is_secret_away(const Error& error);

class WaitingServer {
  public:
    // Serves from now on, on a thread of its own; nullptr as `tls`: in plain text. Fails as
    // net::Server::listen().
    static Result<std::unique_ptr<WaitingServer>>
    begin(const Config& config, std::shared_ptr<net::ServerTls> tls, const Error& why);
    // What is under way is finished, and the port is left to others.
    virtual ~WaitingServer() = default;

    virtual std::uint16_t port() const = 0;
    // What /readyz says from now on.
    virtual void say(const Error& why) = 0;
    // False: SIGTERM or SIGINT came.
    virtual bool wait(std::chrono::seconds time) = 0;
};

} // namespace settled::server
