#include "units/context.h"

#include <fmt/format.h>

namespace settled::units {

const crypto::Hmac& TenantKeys::of(TenantId tenant) const {
    const std::lock_guard lock(mutex_);
    auto& key = keys_[tenant];
    if (!key) {
        const Secret derived =
            crypto::derive_key(master_, fmt::format("match-keys/{}", tenant.value));
        key = std::make_unique<crypto::Hmac>(derived.bytes());
    }
    return *key;
}

} // namespace settled::units
