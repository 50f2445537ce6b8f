#include "store/queries/money/statement_reconciliation.h"

#include "match/match_fields.h"
#include "statements/text.h"
#include "store/queries/money/settlements.h"

#include <chrono>
#include <set>
#include <utility>

namespace settled::store {

namespace {

// All entries of one amount are one part, however many they are; beyond this none is paired.
constexpr std::int64_t part_entries_max = 100'000;
constexpr std::int64_t part_settlements_max = 200'000;
constexpr std::int64_t leftovers_max = 20'000;

// A bank's own id reconciles a settlement that was booked days later, over holidays, too.
constexpr auto booked_later_max = std::chrono::days(10);
constexpr auto booked_sooner_max = std::chrono::days(2);

#define OPEN_ENTRIES                                                                               \
    " FROM statement_entry WHERE tenant_id = $1 AND statement_id = $2 AND amount_minor > $3 "      \
    "AND credit = 1 AND reversal = 0 AND settlement_id IS NULL "

const Statement end_of_part{"SELECT amount_minor" OPEN_ENTRIES
                            "ORDER BY amount_minor, number LIMIT 1 OFFSET $4"};
const Statement entries_of_part{
    "SELECT number, booked_at, value_at, amount_minor, end_to_end_id, instruction_id, "
    "transaction_id, bank_reference, uetr, remittance, counterparty_name, "
    "counterparty_account" OPEN_ENTRIES "AND amount_minor <= $4 ORDER BY amount_minor, number "
    "LIMIT $5"};
const Statement settlements_of_part{
    "SELECT s.id, s.settled_at, s.amount_minor, s.transaction_id, s.c_uetr, s.c_end_to_end_id, "
    "s.c_reference, s.c_other_account, s.c_other_name FROM settlement s WHERE s.tenant_id = $1 AND "
    "s.c_account = $2 AND s.settled_at >= $3 AND s.settled_at < $4 AND s.amount_minor > $5 AND "
    "s.amount_minor <= $6 AND s.currency = $7 AND NOT EXISTS (SELECT 1 FROM statement_entry e "
    "WHERE e.tenant_id = s.tenant_id AND e.settlement_id = s.id AND e.statement_id = $8) LIMIT $9"};
// Payments of ours that came back are credits on the statement, too.
const Statement movements_of_part{
    "SELECT m.id, m.settled_at, m.amount_minor, m.transaction_id, m.end_to_end_id FROM movement m "
    "WHERE m.tenant_id = $1 AND m.account_key = $2 AND m.settled_at >= $3 AND m.settled_at < $4 "
    "AND m.amount_minor > $5 AND m.amount_minor <= $6 AND m.currency = $7 AND m.credit = 1 AND "
    "NOT EXISTS (SELECT 1 FROM statement_entry e WHERE e.tenant_id = m.tenant_id AND "
    "e.settlement_id = m.id AND e.statement_id = $8) LIMIT $9"};
const Statement linked_of_page{
    "SELECT settlement_id FROM statement_entry WHERE tenant_id = $1 AND statement_id = $2 AND "
    "amount_minor > $3 AND amount_minor <= $4 AND settlement_id IS NOT NULL LIMIT $5"};
const Statement move{
    "UPDATE statement SET status = $5, cursor_minor = $6, examined = $7, reconciled_at = $8 WHERE "
    "tenant_id = $1 AND id = $2 AND status = $3 AND cursor_minor = $4"};
const Statement pair_one{
    "UPDATE statement_entry SET verdict = $4, rung = $5, as_set = $6, settlement_id = $7 WHERE "
    "tenant_id = $1 AND statement_id = $2 AND number = $3 AND settlement_id IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM statement_entry o WHERE o.tenant_id = $1 AND o.settlement_id = $7 AND "
    "o.statement_id = $2)"};

const Statement totals{"SELECT booked_at, verdict, credit, count(*), sum(amount_minor) FROM "
                       "statement_entry WHERE tenant_id = $1 AND statement_id = $2 GROUP BY "
                       "booked_at, verdict, credit ORDER BY booked_at, verdict, credit"};
const Statement linked_totals{
    "SELECT e.booked_at, count(*), sum(s.amount_minor) FROM statement_entry e JOIN settlement s "
    "ON s.tenant_id = e.tenant_id AND s.id = e.settlement_id WHERE e.tenant_id = $1 AND "
    "e.statement_id = $2 GROUP BY e.booked_at ORDER BY e.booked_at"};

const Statement linked_movement_totals{
    "SELECT e.booked_at, count(*), sum(m.amount_minor) FROM statement_entry e JOIN movement m "
    "ON m.tenant_id = e.tenant_id AND m.id = e.settlement_id WHERE e.tenant_id = $1 AND "
    "e.statement_id = $2 GROUP BY e.booked_at ORDER BY e.booked_at"};

// What no complete statement reports; the second table in it is of the same tenant.
#define MISSING                                                                                    \
    " FROM settlement s WHERE s.tenant_id = $1 AND s.c_account = $2 AND s.settled_at >= $3 AND "   \
    "s.settled_at < $4 AND s.currency = $5 AND NOT EXISTS (SELECT 1 FROM statement_entry e JOIN "  \
    "statement t ON t.tenant_id = e.tenant_id AND t.id = e.statement_id WHERE e.tenant_id = "      \
    "s.tenant_id AND e.settlement_id = s.id AND t.kind = 'statement') "
const Statement missing_totals{"SELECT s.settled_at / 86400000000, count(*), "
                               "sum(s.amount_minor)" MISSING "GROUP BY s.settled_at / 86400000000 "
                               "ORDER BY s.settled_at / 86400000000"};
// Of that account and period, and then by their ids: with them as they are SQLite goes through all
// settlements of the tenant in that order.
const Statement missing_ids{"SELECT s.id" MISSING
                            "AND s.id + 0 < $6 ORDER BY s.id + 0 DESC LIMIT $7"};

#undef OPEN_ENTRIES
#undef MISSING

std::vector<statements::Booked> entries_in(const Rows& rows) {
    std::vector<statements::Booked> entries;
    entries.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        statements::Entry entry;
        entry.booked = row.instant(1);
        entry.value = row.instant(2);
        entry.amount.minor = row.integer(3);
        entry.end_to_end_id = row.text(4);
        entry.instruction_id = row.text(5);
        entry.transaction_id = row.text(6);
        entry.bank_reference = row.text(7);
        entry.uetr = row.text(8);
        entry.remittance = row.text(9);
        entry.counterparty_name = row.text(10);
        entry.counterparty_account = row.text(11);
        entries.push_back(statements::booked_of(row.integer(0), entry));
    }
    return entries;
}

std::vector<statements::Known> settlements_in(const Rows& rows) {
    std::vector<statements::Known> settlements;
    settlements.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        settlements.push_back({row.id<SettlementId>(0), row.instant(1), row.integer(2),
                               match::canonical(row.text(3)), match::canonical(row.text(4)),
                               row.string(5), row.string(6), row.string(7), row.string(8)});
    }
    return settlements;
}

// Amounts in (above, to], and how much of them may be held.
struct Range {
    std::int64_t above = 0, to = 0;
    std::int64_t entries_max = 0, settlements_max = 0;
};

// Adds the entries of a page in the range; false: there are more than may be held.
Step<bool> read_page(Session& s, TenantId tenant, StatementId page, Range range,
                     ReconciliationPart& part) {
    const auto room = range.entries_max - static_cast<std::int64_t>(part.entries.size());
    const Rows rows = co_await s.run(entries_of_part, tenant, page, range.above, range.to, room);
    for (statements::Booked& entry : entries_in(rows)) {
        part.keys.push_back({page, entry.number});
        part.entries.push_back(std::move(entry));
    }
    co_return std::cmp_less(rows.size(), room);
}

// What another page reports is not for this one.
Step<> leave_out_linked(Session& s, TenantId tenant, StatementId page, Range range,
                        std::vector<statements::Known>& settlements) {
    const Rows rows =
        co_await s.run(linked_of_page, tenant, page, range.above, range.to, range.settlements_max);
    std::set<std::int64_t> linked;
    for (std::size_t i = 0; i < rows.size(); ++i)
        linked.insert(rows[i].integer(0));
    if (!linked.empty())
        std::erase_if(settlements, [&](const statements::Known& settlement) {
            return linked.contains(settlement.id.value);
        });
}

Step<ReconciliationPart> read_range(Session& s, TenantId tenant, const StatementRow& statement,
                                    const std::vector<StatementId>& other_pages, bool with_entries,
                                    Range range) {
    ReconciliationPart part;
    part.to_minor = range.to;
    part.is_whole = co_await read_page(s, tenant, statement.id, range, part);
    if (part.entries.empty())
        co_return part;
    for (const StatementId page : other_pages) {
        if (!with_entries)
            break;
        const bool is_whole = co_await read_page(s, tenant, page, range, part);
        part.is_whole = part.is_whole && is_whole;
    }
    const Instant from = statement.from - booked_later_max;
    const Instant before = statement.to + booked_sooner_max;
    const Rows settlements = co_await s.run(
        settlements_of_part, tenant, statement.account_key, from, before, range.above, range.to,
        statement.currency.code(), statement.id, range.settlements_max);
    part.settlements = settlements_in(settlements);
    const Rows movements =
        co_await s.run(movements_of_part, tenant, statement.account_key, from, before, range.above,
                       range.to, statement.currency.code(), statement.id, range.settlements_max);
    for (std::size_t i = 0; i < movements.size(); ++i) {
        const Row row = movements[i];
        part.settlements.push_back({row.id<SettlementId>(0), row.instant(1), row.integer(2),
                                    match::canonical(row.text(3)), "",
                                    match::canonical_end_to_end_id(row.text(4)), "", "", ""});
    }
    part.is_whole = part.is_whole && std::cmp_less(movements.size(), range.settlements_max) &&
                    std::cmp_less(settlements.size(), range.settlements_max);
    for (const StatementId page : other_pages)
        co_await leave_out_linked(s, tenant, page, range, part.settlements);
    co_return part;
}

std::map<Instant, statements::Side> sides_by_day(const Rows& rows, std::int64_t day_factor) {
    std::map<Instant, statements::Side> sides;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sides[{rows[i].integer(0) * day_factor}] = {rows[i].integer(1), rows[i].integer(2)};
    return sides;
}

} // namespace

Step<ReconciliationPart> read_proof_part(Session& s, TenantId tenant, const StatementRow& statement,
                                         const std::vector<StatementId>& other_pages,
                                         std::int64_t entries) {
    const std::int64_t above = statement.cursor_minor;
    const Rows end = co_await s.run(end_of_part, tenant, statement.id, above, entries - 1);
    const std::int64_t to = end.empty() ? cursor_at_end : end.front().integer(0);
    co_return co_await read_range(s, tenant, statement, other_pages, true,
                                  {above, to, part_entries_max, part_settlements_max});
}

Step<ReconciliationPart> read_leftovers(Session& s, TenantId tenant, const StatementRow& statement,
                                        const std::vector<StatementId>& other_pages) {
    co_return co_await read_range(s, tenant, statement, other_pages, false,
                                  {0, cursor_at_end, leftovers_max, leftovers_max});
}

Step<bool> move_reconciliation(Session& s, TenantId tenant, const StatementRow& before,
                               const StatementRow& after) {
    const Rows updated =
        co_await s.run(move, tenant, before.id, before.status, before.cursor_minor, after.status,
                       after.cursor_minor, after.examined, after.reconciled_at);
    co_return updated.changed() == 1;
}

Step<> write_pairing(Session& s, TenantId tenant, StatementId statement, std::int64_t number,
                     const statements::Pairing& pairing) {
    const bool has_settlement = pairing.settlement.value != 0;
    const std::string_view rung = has_settlement ? token(pairing.rung) : std::string_view();
    co_await s.send(pair_one, tenant, statement, number, token(pairing.verdict), rung,
                    int{pairing.as_set},
                    has_settlement ? std::optional(pairing.settlement) : std::nullopt);
}

Step<std::vector<EntryTotal>> sum_entries(Session& s, TenantId tenant, StatementId statement) {
    const Rows rows = co_await s.run(totals, tenant, statement);
    std::vector<EntryTotal> sums;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sums.push_back({rows[i].instant(0),
                        rows[i].string(1),
                        rows[i].integer(2) != 0,
                        {rows[i].integer(3), rows[i].integer(4)}});
    co_return sums;
}

Step<std::map<Instant, statements::Side>> sum_linked(Session& s, TenantId tenant,
                                                     StatementId statement) {
    const Rows rows = co_await s.run(linked_totals, tenant, statement);
    auto sides = sides_by_day(rows, 1);
    const Rows more = co_await s.run(linked_movement_totals, tenant, statement);
    for (const auto& [day, side] : sides_by_day(more, 1)) {
        sides[day].count += side.count;
        sides[day].minor += side.minor;
    }
    co_return sides;
}

Step<std::map<Instant, statements::Side>> sum_missing(Session& s, TenantId tenant,
                                                      const StatementRow& statement, Instant from,
                                                      Instant before) {
    const Rows rows = co_await s.run(missing_totals, tenant, statement.account_key, from, before,
                                     statement.currency.code());
    co_return sides_by_day(rows, statements::day_us);
}

Step<std::vector<domain::Settlement>> list_missing(Session& s, TenantId tenant,
                                                   const StatementRow& statement, Instant from,
                                                   Instant before, std::int64_t below,
                                                   std::size_t limit) {
    const Rows ids =
        co_await s.run(missing_ids, tenant, statement.account_key, from, before,
                       statement.currency.code(), below, static_cast<std::int64_t>(limit));
    std::vector<domain::Settlement> settlements;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto settlement = co_await find_settlement(s, tenant, ids[i].id<SettlementId>(0));
        if (settlement)
            settlements.push_back(*std::move(settlement));
    }
    co_return settlements;
}

} // namespace settled::store
