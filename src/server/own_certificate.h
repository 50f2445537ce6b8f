// The installation's own certificates, as those who watch keys see them (worker/key_watch.h).
#pragma once

#include "custody/key_desk.h"
#include "server/own_keys.h"
#include "server/tls_keeper.h"
#include "worker/key_watch.h"

namespace settled::server {

// Looks at the server's again; nullptr: the server has none. Its file may be on a slow disk and its key in AWS, so the
// desk's thread reads them.
Task<std::vector<worker::OwnCertificate>> look_at(TlsKeeper* tls, const OwnKeys& keys,
                                                  custody::KeyDesk& desk, Clock::Steady now);

} // namespace settled::server
