#include "server/own_certificate.h"

namespace settled::server {

Task<std::optional<worker::OwnCertificate>> look_at(TlsKeeper* tls, custody::KeyDesk& desk) {
    if (tls == nullptr)
        co_return std::nullopt;
    (void)co_await desk.run<bool>([tls] {
        tls->look();
        return Result<bool>(true);
    });
    const TlsKeeper::State state = tls->state();
    co_return worker::OwnCertificate{state.fingerprint, state.expires_at, state.is_usable};
}

} // namespace settled::server
