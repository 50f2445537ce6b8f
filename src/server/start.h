// The start of a server, which waits for a secret that its store needs (waiting_server.h).
#pragma once

#include "server/installation.h"
#include "server/waiting_server.h"

#include <memory>

namespace settled::server {

struct Start {
    std::unique_ptr<Installation> installation; // nullptr: a signal came first
    std::unique_ptr<WaitingServer> waiting;     // listens on the port until then; nullptr: no wait
};

// Opens the installation, as soon as the secrets that its store needs can be read. Every other trouble fails
// at once, as Installation::open().
Result<Start> open_when_secrets_are_there(const Config& config, node::Roles roles);

} // namespace settled::server
