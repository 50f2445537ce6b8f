#include "store/seals.h"

#include <algorithm>

namespace settled::store {

namespace {

#define SEAL_COLUMNS "number, from_id, to_id, entries, digest, previous, sealed_at"

const Statement insert{"INSERT INTO evidence_seal (tenant_id, " SEAL_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Statement last{"SELECT " SEAL_COLUMNS
                     " FROM evidence_seal WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1"};
const Statement by_number{"SELECT " SEAL_COLUMNS
                          " FROM evidence_seal WHERE tenant_id = $1 AND number = $2"};
const Statement after{"SELECT " SEAL_COLUMNS " FROM evidence_seal WHERE tenant_id = $1 AND "
                      "number > $2 ORDER BY number LIMIT $3"};
// Not among them: ended_at and the slots, which the end of a match changes. It has a record of its
// own.
const Statement matches{
    "SELECT id, settlement_id, payment_id, rank, rule_version, matched_at, amount_minor, evidence, "
    "rules, pairing, actor FROM settlement_match WHERE tenant_id = $1 AND id >= $2 AND id <= $3 "
    "ORDER BY id LIMIT $4"};
const Statement ends{"SELECT id, match_id, ended_at, reason, actor FROM match_end WHERE "
                     "tenant_id = $1 AND id >= $2 AND id <= $3 ORDER BY id LIMIT $4"};

#undef SEAL_COLUMNS

flow::Seal read(const Row& row) {
    return {row.integer(0), row.integer(1), row.integer(2), row.integer(3),
            row.string(4),  row.string(5),  row.instant(6)};
}

// Integers first, then texts.
void add_records(std::vector<flow::SealedRecord>& all, std::string_view kind, const Rows& rows,
                 std::size_t integers, std::size_t columns) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        flow::SealedRecord record{rows[i].integer(0), {}};
        flow::append_text(record.bytes, kind);
        for (std::size_t column = 0; column < columns; ++column)
            if (column < integers)
                flow::append_number(record.bytes, rows[i].integer(column));
            else
                flow::append_text(record.bytes, rows[i].text(column));
        all.push_back(std::move(record));
    }
}

} // namespace

Step<> insert_seal(Session& s, TenantId tenant, const flow::Seal& seal) {
    co_await s.send(insert, tenant, seal.number, seal.from_id, seal.to_id, seal.entries,
                    seal.digest, seal.previous, seal.sealed_at);
}

Step<std::optional<flow::Seal>> last_seal(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(last, tenant);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<flow::Seal>> find_seal(Session& s, TenantId tenant, std::int64_t number) {
    const Rows rows = co_await s.run(by_number, tenant, number);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<flow::Seal>> seals_after(Session& s, TenantId tenant, std::int64_t number,
                                          std::size_t limit) {
    const Rows rows = co_await s.run(after, tenant, number, static_cast<std::int64_t>(limit));
    std::vector<flow::Seal> seals;
    for (std::size_t i = 0; i < rows.size(); ++i)
        seals.push_back(read(rows[i]));
    co_return seals;
}

Step<std::vector<flow::SealedRecord>> sealed_records(Session& s, TenantId tenant, std::int64_t from,
                                                     std::int64_t to, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    std::vector<flow::SealedRecord> all;
    const Rows made = co_await s.run(matches, tenant, from, to, most);
    add_records(all, "match", made, 7, 11);
    const Rows ended = co_await s.run(ends, tenant, from, to, most);
    add_records(all, "match_end", ended, 3, 5);
    std::ranges::sort(all, {}, &flow::SealedRecord::id);
    if (all.size() > limit)
        all.resize(limit); // none with a lower id is missing: each list is complete up to its end
    co_return all;
}

} // namespace settled::store
