#include "store/seals.h"

#include <algorithm>
#include <utility>

namespace settled::store {

namespace {

using flow::SealedKind;
using flow::SealedRecord;

#define SEAL_COLUMNS                                                                               \
    "number, from_position, to_position, entries, digest, previous, sealed_at, marks"

const Statement insert{"INSERT INTO evidence_seal (tenant_id, " SEAL_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement last{"SELECT " SEAL_COLUMNS
                     " FROM evidence_seal WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1"};
const Statement by_number{"SELECT " SEAL_COLUMNS
                          " FROM evidence_seal WHERE tenant_id = $1 AND number = $2"};
const Statement after{"SELECT " SEAL_COLUMNS " FROM evidence_seal WHERE tenant_id = $1 AND "
                      "number > $2 ORDER BY number LIMIT $3"};

#undef SEAL_COLUMNS

// The positions that are asked for; whatever they are of is joined from the left, so that what was
// deleted is seen as missing.
#define AT(feed_number)                                                                            \
    " FROM (SELECT position AS feed_position, id AS feed_id FROM feed_entry WHERE tenant_id = $1 " \
    "AND feed = " feed_number " AND position > $2 AND position <= $3 ORDER BY position LIMIT $4) " \
    "AS entry LEFT JOIN "
#define IN_ORDER " ORDER BY feed_position"
#define AT_MATCHES AT("3") "settlement_match m ON m.tenant_id = $1 AND m.id = feed_id"

// What one kind of record is made of: the position, the id, and columns that never change, each
// with a letter for its kind (i: integer, t: text or bytes). A test alters every column.
struct Source {
    SealedKind kind;
    std::string_view letters;
    const Statement statement;
};

// Not among them: ended_at and the slots, which the end of a match changes. It has a record of its
// own.
const Source matches{
    SealedKind::match, "iiiiiiitttt",
    Statement{"SELECT feed_position, feed_id, m.id, m.settlement_id, m.payment_id, m.rank, "
              "m.rule_version, m.matched_at, m.amount_minor, m.evidence, m.rules, m.pairing, "
              "m.actor" AT_MATCHES IN_ORDER}};
// Not among them: status, settled_minor, version, which go with what arrives.
const Source payments{
    SealedKind::payment, "iiiiiiitttttttttttttttttt",
    Statement{"SELECT feed_position, m.payment_id, p.id, p.amount_minor, p.created_at, "
              "p.registered_at, p.lowest_minor, p.highest_minor, p.single_use, p.client_id, "
              "p.fingerprint, p.currency, p.institution_id, p.scheme, p.reference, "
              "p.end_to_end_id, p.payee_name, p.payee_account, p.payer_name, p.payer_account, "
              "p.bounds_currency, p.c_account, p.c_end_to_end_id, p.c_reference, p.c_uetr, "
              "p.c_other_account, p.c_other_name" AT_MATCHES " LEFT JOIN payment p ON "
              "p.tenant_id = m.tenant_id AND p.id = m.payment_id" IN_ORDER}};
// Not among them: status, version, refused.
const Source settlements{
    SealedKind::settlement, "iiiiitttttttttttttt",
    Statement{"SELECT feed_position, m.settlement_id, t.id, t.webhook_id, t.amount_minor, "
              "t.settled_at, t.received_at, t.currency, t.scheme, t.transaction_id, t.reference, "
              "t.end_to_end_id, t.account_iban, t.counterparty_name, t.counterparty_account, "
              "t.c_account, t.c_end_to_end_id, t.c_reference, t.c_uetr, t.c_other_account, "
              "t.c_other_name" AT_MATCHES " LEFT JOIN settlement t ON t.tenant_id = m.tenant_id "
              "AND t.id = m.settlement_id" IN_ORDER}};
const Source ends{
    SealedKind::match_end, "iiitt",
    Statement{"SELECT feed_position, feed_id, id, match_id, ended_at, reason, actor" AT(
        "4") "match_end ON tenant_id = $1 AND id = feed_id" IN_ORDER}};
const Source events{
    SealedKind::event, "iiiitt",
    Statement{"SELECT feed_position, feed_id, id, subject_id, version, created_at, type, body" AT(
        "1") "event ON tenant_id = $1 AND id = feed_id" IN_ORDER}};

#undef AT_MATCHES
#undef IN_ORDER
#undef AT

const Statement unsealed{"SELECT (SELECT count(*) FROM feed_entry WHERE tenant_id = $1 AND feed IN "
                         "(1, 3, 4) AND position > $2) + (SELECT count(*) FROM feed_waiting WHERE "
                         "tenant_id = $1 AND feed IN (1, 3, 4))"};

flow::Seal read(const Row& row) {
    return {row.integer(0), row.integer(1), row.integer(2), row.integer(3),
            row.string(4),  row.string(5),  row.instant(6), row.string(7)};
}

SealedRecord record_of(const Source& source, const Rows& rows, std::size_t index) {
    const Row row = rows[index];
    SealedRecord record{row.integer(0), source.kind, row.is_null(1) ? 0 : row.integer(1), {}};
    constexpr std::size_t first = 2;
    SETTLED_ASSERT(rows.columns() == first + source.letters.size(), "a letter for each column");
    if (row.is_null(first)) // its id
        return record;
    for (std::size_t i = 0; i < source.letters.size(); ++i)
        if (source.letters[i] == 'i')
            flow::append_number(record.bytes, row.integer(first + i));
        else
            flow::append_text(record.bytes, row.text(first + i));
    return record;
}

bool is_of_a_match(const SealedRecord& record) {
    return record.kind == SealedKind::payment || record.kind == SealedKind::settlement;
}

// Of the first `limit` positions. None of them is missing: each list is complete up to its end.
void cut(SealedRecords& all, std::size_t limit) {
    std::ranges::sort(all.records, {},
                      [](const SealedRecord& r) { return std::pair(r.position, r.kind); });
    std::size_t kept = 0;
    for (; kept < all.records.size(); ++kept) {
        const bool is_another = !is_of_a_match(all.records[kept]);
        if (is_another && all.positions == limit)
            break;
        all.positions += is_another ? 1 : 0;
    }
    all.records.resize(kept);
}

} // namespace

Step<> insert_seal(Session& s, TenantId tenant, const flow::Seal& seal) {
    co_await s.send(insert, tenant, seal.number, seal.from_position, seal.to_position, seal.entries,
                    seal.digest, seal.previous, seal.sealed_at, as_bytes(seal.marks));
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

Step<SealedRecords> sealed_records(Session& s, TenantId tenant, std::int64_t from, std::int64_t to,
                                   std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    SealedRecords all;
    for (const Source* source : {&matches, &payments, &settlements, &ends, &events}) {
        const Rows rows = co_await s.run(source->statement, tenant, from, to, most);
        for (std::size_t i = 0; i < rows.size(); ++i)
            all.records.push_back(record_of(*source, rows, i));
    }
    cut(all, limit);
    co_return all;
}

Step<std::int64_t> count_unsealed(Session& s, TenantId tenant, std::int64_t after_position) {
    const Rows rows = co_await s.run(unsealed, tenant, after_position);
    co_return rows.front().integer(0);
}

} // namespace settled::store
