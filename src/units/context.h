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

// Which deliveries this process takes in hand with the commit that owes them. Thread-safe.
class TaskClaims {
  public:
    virtual ~TaskClaims() = default;
    // What to hold a delivery to that endpoint under (store/nodes.h); 0: it is left to whoever
    // finds it.
    virtual std::int64_t holder_for(EndpointId endpoint) const = 0;
};

class KeyPlans; // key_plans.h

struct Context {
    IdMint& ids;
    const TenantKeys& keys;
    // How long a settlement waits for its payment before settlement.unmatched is told. Payments are
    // usually there first; when their event is late, it is by seconds (domain notes on any-order
    // arrival).
    std::chrono::microseconds unmatched_grace{std::chrono::seconds(10)};
    const TaskClaims* claims = nullptr;  // nullptr: this process delivers nothing
    const KeyPlans* key_plans = nullptr; // nullptr: nothing was learnt, all keys are worth it

    std::int64_t holder_for(EndpointId endpoint) const {
        return claims == nullptr ? 0 : claims->holder_for(endpoint);
    }
};

} // namespace settled::units
