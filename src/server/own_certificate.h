// The server's certificate, as those who watch keys see it (worker/key_watch.h).
#pragma once

#include "custody/key_desk.h"
#include "server/tls_keeper.h"
#include "worker/key_watch.h"

namespace settled::server {

// Looks at it again; nullptr: the server has none. Its file may be on a slow disk and its key in AWS, so the
// desk's thread reads them.
Task<std::optional<worker::OwnCertificate>> look_at(TlsKeeper* tls, custody::KeyDesk& desk);

} // namespace settled::server
