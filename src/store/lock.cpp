#include "store/lock.h"

namespace settled::store {

namespace {

// FNV-1a: short texts, and a collision only makes two units wait for each other.
std::int64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return static_cast<std::int64_t>(hash);
}

} // namespace

Lock Lock::payment(TenantId tenant, std::string_view client_id) {
    return {Kind::payment, false, tenant, hash_of(client_id)};
}
Lock Lock::idempotency(TenantId tenant, std::string_view key) {
    return {Kind::idempotency, false, tenant, hash_of(key)};
}
Lock Lock::link_of(TenantId tenant, std::string_view account_key) {
    return {Kind::link, false, tenant, hash_of(account_key)};
}
Lock Lock::link_of_shared(TenantId tenant, std::string_view account_key) {
    return {Kind::link, true, tenant, hash_of(account_key)};
}
Lock Lock::reversal(TenantId tenant, std::string_view composite_key) {
    return {Kind::reversal, false, tenant, hash_of(composite_key)};
}

} // namespace settled::store
