// The server's certificate and key. Both are looked at while the server runs, and what has changed is used
// for new connections, without a restart: files at each look, a key in AWS when its place reads it
// again, a key in a token when the certificate has changed.
//
// New content that cannot be used (it is no PEM, the key is another one's, a file is gone) leaves what is
// in use, and is said once, by the log and by settled_key_available{use="tls"}.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "crypto/hash.h"
#include "custody/custody.h"
#include "net/tls.h"
#include "server/config.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace settled::server {

// What a certificate and key are made of that the settings name. Fails with io_failed, key_unreadable,
// and as the key's place does; the detail names the place.
Result<net::TlsContext> read_server_tls(const Config& config);

class TlsKeeper {
  public:
    // The settings name a certificate and a key. Fails as read_server_tls().
    static Result<std::unique_ptr<TlsKeeper>> open(const Config& config);

    // For all servers of the process.
    const std::shared_ptr<net::ServerTls>& tls() const { return tls_; }

    // Reads both again. Waits for the disk, or for the key's place: one thread at a time, no io thread.
    void look(Clock::Steady now);

    struct State {
        std::string fingerprint; // of the certificate in use
        std::optional<Instant> expires_at;
        bool is_usable = true;                        // false: what is there now cannot be used
        std::optional<Clock::Steady> kept_since = {}; // since when that is so
    };
    State state() const; // any thread

  private:
    using Digests = std::array<crypto::Digest, 2>; // of certificate and key
    struct Texts {
        std::string certificate;
        Secret key;
        Digests digests{};
    };
    explicit TlsKeeper(const Config& config);
    Result<Texts> read();
    Result<Secret> read_key(const std::string& certificate);
    void take(const Texts& texts, net::TlsContext context);
    void refuse(const Error& why, Clock::Steady now);

    const std::string certificate_; // its file
    const std::string key_;         // its URI
    custody::KeyMemory memory_;     // a key's place keeps what it has read
    std::string read_with_;         // the certificate that a token's key was read with last
    Secret key_in_token_;
    Digests in_use_{};
    std::shared_ptr<net::ServerTls> tls_;
    mutable std::mutex mutex_;
    State state_;
};

} // namespace settled::server
