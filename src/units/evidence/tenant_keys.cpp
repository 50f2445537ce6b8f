#include "units/evidence/tenant_keys.h"

#include <fmt/format.h>

#include <string>

namespace settled::units {

namespace {

std::string label_of(TenantId tenant, int version) {
    return version == first_key_version ? fmt::format("match-keys/{}", tenant.value)
                                        : fmt::format("match-keys/{}/{}", tenant.value, version);
}

} // namespace

int TenantKeys::version_of(TenantId tenant) const {
    const auto version = versions_.find(tenant);
    return version == versions_.end() ? first_key_version : version->second;
}

const crypto::Hmac& TenantKeys::of(TenantId tenant, int version) const {
    const std::lock_guard lock(mutex_);
    auto& key = keys_[{tenant, version}];
    if (!key) {
        const Secret derived = crypto::derive_key(master_, label_of(tenant, version));
        key = std::make_unique<crypto::Hmac>(derived.bytes());
    }
    return *key;
}

} // namespace settled::units
