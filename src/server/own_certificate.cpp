#include "server/own_certificate.h"

namespace settled::server {

Task<std::vector<worker::OwnCertificate>> look_at(TlsKeeper* tls, const OwnKeys& keys,
                                                  custody::KeyDesk& desk, Clock::Steady now) {
    std::vector<worker::OwnCertificate> all;
    if (tls != nullptr) {
        (void)co_await desk.run<bool>([tls, now] {
            tls->look(now);
            return Result<bool>(true);
        });
        const TlsKeeper::State state = tls->state();
        all.push_back({"tls", state.fingerprint, state.expires_at, state.is_usable});
    }
    if (const auto& kafka = keys.kafka(); kafka && kafka->expires_at)
        all.push_back({kafka->use, kafka->fingerprint, kafka->expires_at});
    co_return all;
}

} // namespace settled::server
