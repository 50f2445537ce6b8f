#include "units/seal.h"

#include "base/id.h"
#include "store/seals.h"

namespace settled::units {

namespace {

// Of a seal: whoever verifies holds them in memory, and a tampered one is narrowed down to these.
constexpr std::size_t entries_max = 500;

} // namespace

store::Step<bool> seal_next(store::Session& s, TenantId tenant, Instant now,
                            std::chrono::microseconds delay) {
    const auto last = co_await store::last_seal(s, tenant);
    flow::Seal seal;
    seal.number = last ? last->number + 1 : 1;
    seal.from_id = last ? last->to_id + 1 : 0;
    seal.to_id = first_id_at(now - delay) - 1;
    if (seal.to_id < seal.from_id)
        co_return false;
    const auto records =
        co_await store::sealed_records(s, tenant, seal.from_id, seal.to_id, entries_max);
    if (records.empty())
        co_return false; // the next seal begins where this one would have
    const bool may_be_more = records.size() == entries_max;
    if (may_be_more)
        seal.to_id = records.back().id;
    seal.entries = static_cast<std::int64_t>(records.size());
    seal.previous = last ? last->digest : "";
    seal.digest = flow::digest_of(tenant, seal, records);
    seal.sealed_at = now;
    co_await store::insert_seal(s, tenant, seal);
    co_return may_be_more;
}

} // namespace settled::units
