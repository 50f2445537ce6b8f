// The start of a server, which waits for secrets that cannot be read yet: without listening for its TLS key,
// since it answers no client in plain text, then listening for those that its store needs (waiting_server.h).
#pragma once

#include "server/installation.h"
#include "server/tls_keeper.h"
#include "server/waiting_server.h"

#include <memory>

namespace settled::server {

struct Start {
    std::unique_ptr<TlsKeeper> tls;             // nullptr: HTTP
    std::unique_ptr<Installation> installation; // nullptr: a signal came first
    std::unique_ptr<WaitingServer> waiting;     // listens on the port until then; nullptr: no wait
};

// Opens the certificate and the installation, as soon as the secrets that they need can be read. Every other
// trouble fails at once, as TlsKeeper::open() and Installation::open(); so does a TLS key in a file.
Result<Start> open_when_secrets_are_there(const Config& config, node::Roles roles);

} // namespace settled::server
