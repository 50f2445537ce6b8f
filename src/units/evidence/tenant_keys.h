// The keys under which a tenant's match keys and the proofs in its evidence are hashed, so that
// equal payments of two tenants share nothing. Each is derived from the master key, the tenant and
// a version, which rekeying raises (rekey.h).
#pragma once

#include "base/id.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace settled::units {

// The versions of tenants that were rekeyed; all others are at first_key_version.
using KeyVersions = std::map<TenantId, int>;
inline constexpr int first_key_version = 1;

// Thread-safe.
class TenantKeys {
  public:
    explicit TenantKeys(Secret master, KeyVersions versions = {})
        : master_(std::move(master)), versions_(std::move(versions)) {}

    int version_of(TenantId tenant) const;
    // The one in use, and an earlier or later one.
    const crypto::Hmac& of(TenantId tenant) const { return of(tenant, version_of(tenant)); }
    const crypto::Hmac& of(TenantId tenant, int version) const;

  private:
    Secret master_;
    const KeyVersions versions_;
    mutable std::mutex mutex_;
    mutable std::map<std::pair<TenantId, int>, std::unique_ptr<crypto::Hmac>> keys_;
};

} // namespace settled::units
