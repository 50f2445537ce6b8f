#include "store/queries/seals.h"

#include "store/queries/change_feed.h"
#include "store/queries/feeds.h"
#include "store/queries/purged.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace settled::store {

namespace {

using domain::SealedKind;
using domain::SealedRecord;

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

// What one kind of record is made of: columns that never change, each with a letter for its kind
// (i: integer, t: text or bytes), the id first. A test alters every column.
struct Connector {
    SealedKind kind;
    std::string_view letters;
    const Statement several;
};

#define OF(table) " FROM " table " WHERE tenant_id = $17 AND id IN (" SETTLED_ID_LIST ")"

// Not among them: ended_at and the slots, which the end of a match changes. It has a record of its
// own.
const Connector matches{
    SealedKind::match, "iiiiiiitttt",
    Statement{"SELECT id, settlement_id, payment_id, rank, rule_version, matched_at, amount_minor, "
              "evidence, rules, pairing, actor" OF("settlement_match")}};
// Not among them: status, settled_minor, version, which go with what arrives.
const Connector payments{
    SealedKind::payment, "iiiiiiitttttttttttttttttt",
    Statement{"SELECT id, amount_minor, created_at, registered_at, lowest_minor, highest_minor, "
              "single_use, client_id, fingerprint, currency, institution_id, scheme, reference, "
              "end_to_end_id, payee_name, payee_account, payer_name, payer_account, "
              "bounds_currency, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, "
              "c_other_name" OF("payment")}};
// Not among them: status, version, and what people have said of it.
const Connector settlements{
    SealedKind::settlement, "iiiiitttttttttttttt",
    Statement{"SELECT id, webhook_id, amount_minor, settled_at, received_at, currency, scheme, "
              "transaction_id, reference, end_to_end_id, account_iban, counterparty_name, "
              "counterparty_account, c_account, c_end_to_end_id, c_reference, c_uetr, "
              "c_other_account, c_other_name" OF("settlement")}};
const Connector ends{SealedKind::match_end, "iiitt",
                     Statement{"SELECT id, match_id, ended_at, reason, actor" OF("match_end")}};
const Connector events{
    SealedKind::event, "iiiitt",
    Statement{"SELECT id, subject_id, version, created_at, type, body" OF("event")}};
const Connector changes{
    SealedKind::change, "iittttt",
    Statement{
        "SELECT id, created_at, actor, action, subject, reason, request_id" OF("change_entry")}};

#undef OF

const Statement unsealed{"SELECT (SELECT count(*) FROM feed_entry WHERE tenant_id = $1 AND feed IN "
                         "(1, 3, 4, 8) AND position > $2) + (SELECT count(*) FROM feed_waiting "
                         "WHERE tenant_id = $1 AND feed IN (1, 3, 4, 8))"};

domain::Seal read(const Row& row) {
    return {row.integer(0), row.integer(1), row.integer(2), row.integer(3),
            row.string(4),  row.string(5),  row.instant(6), row.string(7)};
}

std::string bytes_of(const Connector& connector, const Row& row) {
    std::string bytes;
    for (std::size_t i = 0; i < connector.letters.size(); ++i)
        if (connector.letters[i] == 'i')
            domain::append_number(bytes, row.integer(i));
        else
            domain::append_text(bytes, row.text(i));
    return bytes;
}

using Entries = std::vector<FeedPlace>; // positions, and the ids of what stands there

// What was purged, by where it stood.
using Kept = std::map<std::pair<std::int64_t, SealedKind>, PurgedEvidence>;

// A record for each place, empty if what stood there is gone.
Step<> add_records(Session& s, const Connector& connector, TenantId tenant, const Entries& places,
                   const Kept& kept, std::vector<SealedRecord>& records) {
    std::map<std::int64_t, std::string> found;
    co_await find_those(s, connector.several, tenant, places, std::nullopt, [&](const Row& row) {
        found.emplace(row.integer(0), bytes_of(connector, row));
    });
    for (const FeedPlace& place : places) {
        SealedRecord record{place.position, connector.kind, place.id, {}};
        const auto hash = kept.find({place.position, connector.kind});
        if (const auto bytes = found.find(place.id); bytes != found.end())
            record.bytes = bytes->second;
        else if (hash != kept.end() && hash->second.id == place.id)
            record.kept_hash = hash->second.hash;
        records.push_back(std::move(record));
    }
}

// The settlements and payments of the matches, at the positions of the matches.
struct Sides {
    Entries settlements, payments;
};
Step<Sides> sides_of(Session& s, TenantId tenant, const Entries& made, const Kept& kept) {
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> found;
    co_await find_those(s, matches.several, tenant, made, std::nullopt, [&](const Row& row) {
        found.emplace(row.integer(0), std::pair(row.integer(1), row.integer(2)));
    });
    Sides sides;
    const auto purged = [&](std::int64_t position, SealedKind kind) {
        const auto each = kept.find({position, kind});
        return each == kept.end() ? 0 : each->second.id;
    };
    for (const FeedPlace& place : made) {
        auto [settlement, payment] = found[place.id]; // 0: the match is gone
        if (settlement == 0) {
            settlement = purged(place.position, SealedKind::settlement);
            payment = purged(place.position, SealedKind::payment);
        }
        sides.settlements.push_back({place.position, settlement});
        sides.payments.push_back({place.position, payment});
    }
    co_return sides;
}

Step<Kept> kept_between(Session& s, TenantId tenant, std::int64_t from, std::int64_t to,
                        std::size_t positions) {
    constexpr std::size_t records_of_a_position = 3; // a match with its payment and settlement
    Kept kept;
    for (const PurgedEvidence& each :
         co_await purged_evidence(s, tenant, from, to, positions * records_of_a_position))
        kept.emplace(std::pair(each.position, each.kind), each);
    co_return kept;
}

} // namespace

Step<> insert_seal(Session& s, TenantId tenant, const domain::Seal& seal) {
    co_await s.send(insert, tenant, seal.number, seal.from_position, seal.to_position, seal.entries,
                    seal.digest, seal.previous, seal.sealed_at, as_bytes(seal.marks));
}

Step<std::optional<domain::Seal>> last_seal(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(last, tenant);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::optional<domain::Seal>> find_seal(Session& s, TenantId tenant, std::int64_t number) {
    const Rows rows = co_await s.run(by_number, tenant, number);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<domain::Seal>> seals_after(Session& s, TenantId tenant, std::int64_t number,
                                            std::size_t limit) {
    const Rows rows = co_await s.run(after, tenant, number, static_cast<std::int64_t>(limit));
    std::vector<domain::Seal> seals;
    for (std::size_t i = 0; i < rows.size(); ++i)
        seals.push_back(read(rows[i]));
    co_return seals;
}

Step<SealedRecords> sealed_records(Session& s, TenantId tenant, std::int64_t from, std::int64_t to,
                                   std::size_t limit) {
    Entries made = co_await entries_after(s, tenant, Feed::matches, from, to, limit);
    Entries ended = co_await entries_after(s, tenant, Feed::match_ends, from, to, limit);
    Entries told = co_await entries_after(s, tenant, Feed::events, from, to, limit);
    Entries changed = co_await entries_after(s, tenant, change_feed, from, to, limit);
    // The first `limit` positions of all: none is missing, each list is complete up to its end.
    std::vector<std::int64_t> positions;
    for (const Entries* entries : {&made, &ended, &told, &changed})
        for (const FeedPlace& place : *entries)
            positions.push_back(place.position);
    std::ranges::sort(positions);
    positions.resize(std::min(positions.size(), limit));
    const std::int64_t last_one = positions.empty() ? from : positions.back();
    for (Entries* entries : {&made, &ended, &told, &changed})
        std::erase_if(*entries, [&](const FeedPlace& place) { return place.position > last_one; });
    SealedRecords all;
    all.positions = positions.size();
    const Kept kept = co_await kept_between(s, tenant, from, last_one, positions.size());
    const Sides sides = co_await sides_of(s, tenant, made, kept);
    co_await add_records(s, matches, tenant, made, kept, all.records);
    co_await add_records(s, payments, tenant, sides.payments, kept, all.records);
    co_await add_records(s, settlements, tenant, sides.settlements, kept, all.records);
    co_await add_records(s, ends, tenant, ended, kept, all.records);
    co_await add_records(s, events, tenant, told, kept, all.records);
    co_await add_records(s, changes, tenant, changed, kept, all.records);
    std::ranges::sort(all.records, {},
                      [](const SealedRecord& r) { return std::pair(r.position, r.kind); });
    co_return all;
}

Step<std::optional<Instant>> unsealed_since(Session& s, TenantId tenant) {
    const auto seal = co_await last_seal(s, tenant);
    const std::int64_t sealed_to = seal ? seal->to_position : 0;
    std::optional<std::int64_t> first = co_await first_waiting(s, tenant);
    for (const Feed feed : {Feed::matches, Feed::match_ends, Feed::events, change_feed}) {
        const Entries next = co_await entries_after(s, tenant, feed, sealed_to,
                                                    std::numeric_limits<std::int64_t>::max(), 1);
        if (!next.empty())
            first = std::min(first.value_or(next.front().id), next.front().id);
    }
    co_return first ? std::optional(time_of_id(*first)) : std::nullopt;
}

Step<std::int64_t> count_unsealed(Session& s, TenantId tenant, std::int64_t after_position) {
    const Rows rows = co_await s.run(unsealed, tenant, after_position);
    co_return rows.front().integer(0);
}

} // namespace settled::store
