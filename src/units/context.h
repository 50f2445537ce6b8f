// What every unit may use beside its Session. Shared by all threads.
#pragma once

#include "base/id.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

namespace settled::units {

// Match keys are hashed under a key of their tenant, so that equal payments of two tenants share
// nothing. Thread-safe.
class TenantKeys {
  public:
    explicit TenantKeys(Secret master) : master_(std::move(master)) {}
    const crypto::Hmac& of(TenantId tenant) const;

  private:
    Secret master_;
    mutable std::mutex mutex_;
    mutable std::map<TenantId, std::unique_ptr<crypto::Hmac>> keys_;
};

struct Context {
    IdMint& ids;
    const TenantKeys& keys;
    // How long a settlement waits for its payment before settlement.unmatched is told. Payments are
    // usually there first; when their event is late, it is by seconds (domain notes on any-order
    // arrival).
    std::chrono::microseconds unmatched_grace{std::chrono::seconds(10)};
};

} // namespace settled::units
