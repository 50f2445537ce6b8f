#include "units/evidence/seal.h"

#include "store/queries/feeds.h"
#include "store/queries/seals.h"

namespace settled::units {

namespace {

// Matches, ends, events and changes of a seal: a verification holds them in memory.
constexpr std::size_t positions_max = 500;

} // namespace

store::Step<std::optional<NextSeal>> next_seal(store::Session& s, TenantId tenant, Instant now) {
    const auto last = co_await store::last_seal(s, tenant);
    domain::Seal seal;
    seal.number = last ? last->number + 1 : 1;
    seal.from_position = last ? last->to_position : 0;
    const std::int64_t end = co_await store::last_position(s, tenant);
    const auto found =
        co_await store::sealed_records(s, tenant, seal.from_position, end, positions_max);
    if (found.records.empty())
        co_return std::nullopt; // the next seal begins where this one would have
    std::vector<crypto::Digest> hashes;
    for (const domain::SealedRecord& record : found.records)
        hashes.push_back(record.hash());
    seal.to_position = found.records.back().position;
    seal.entries = static_cast<std::int64_t>(hashes.size());
    seal.previous = last ? last->digest : "";
    seal.sealed_at = now;
    seal.digest = domain::digest_of(tenant, seal, hashes);
    seal.marks = domain::marks_of(hashes);
    co_return NextSeal{std::move(seal), found.positions == positions_max};
}

} // namespace settled::units
