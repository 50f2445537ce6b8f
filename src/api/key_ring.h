// API keys: how one becomes a caller.
//
// A key is stored as its HMAC under a key of this installation, so that a stolen table opens
// nothing (the keys have 256 random bits, for which a fast hash is right). Wrong, revoked, expired
// and unknown keys get the same answer. A key that was found is remembered for
// bounds::cached_key_kept, so that a busy client does not cost a read a request; revoking forgets
// it at once.
//
// Thread-safe; the lock is held for a look-up in memory only.
#pragma once

#include "api/call.h"
#include "api/key_uses.h"
#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "store/store.h"

#include <map>
#include <mutex>
#include <optional>

namespace settled::api {

class KeyRing {
  public:
    KeyRing(store::Store& store, const Clock& clock, const Secret& master);

    // Fails with credentials_missing, credentials_invalid, or the store's errors.
    Task<Result<Caller>> caller_of(const net::Request& request);

    crypto::Digest hash_of(std::string_view key) const { return hash_.of(key); }
    // After a revocation was committed. A look-up that is under way now is not remembered.
    void forget_all();
    KeyUses& uses() { return uses_; }

  private:
    struct Entry {
        Caller caller;
        ApiKeyId key;
        Clock::Steady until;
    };
    std::optional<Entry> recall(const crypto::Digest& hash);
    void remember(const crypto::Digest& hash, const Entry& entry, std::uint64_t generation);
    std::uint64_t generation();

    store::Store& store_;
    const Clock& clock_;
    crypto::Hmac hash_;
    std::mutex mutex_;
    std::map<crypto::Digest, Entry> entries_;
    std::uint64_t generation_ = 0; // rises with each forget_all()
    KeyUses uses_;
};

} // namespace settled::api
