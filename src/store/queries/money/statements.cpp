#include "store/queries/money/statements.h"

#include <utility>

namespace settled::store {

namespace {

#define STATEMENT_COLUMNS                                                                          \
    "id, kind, format, account, account_key, currency, number, sequence, from_day, to_day, "       \
    "opening_minor, closing_minor, credits, credits_minor, debits, debits_minor, digest, status, " \
    "loaded, loaded_credits, loaded_credits_minor, loaded_debits_minor, examined, cursor_minor, "  \
    "created_at, reconciled_at, message_id, page, continues, goes_on"
#define ENTRY_COLUMNS                                                                              \
    "number, booked_at, value_at, credit, reversal, amount_minor, end_to_end_id, instruction_id, " \
    "transaction_id, bank_reference, uetr, remittance, counterparty_name, counterparty_account, "  \
    "verdict, rung, as_set, settlement_id"

const Statement insert{
    "INSERT INTO statement (tenant_id, " STATEMENT_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31) ON CONFLICT DO NOTHING"};
const Statement by_id{"SELECT " STATEMENT_COLUMNS
                      " FROM statement WHERE tenant_id = $1 AND id = $2"};
const Statement by_digest{"SELECT " STATEMENT_COLUMNS
                          " FROM statement WHERE tenant_id = $1 AND digest = $2"};
const Statement list{"SELECT " STATEMENT_COLUMNS " FROM statement WHERE tenant_id = $1 AND id < $2 "
                     "ORDER BY id DESC LIMIT $3"};
const Statement list_of_account{"SELECT " STATEMENT_COLUMNS
                                " FROM statement WHERE tenant_id = $1 AND id < $2 "
                                "AND account_key = $4 ORDER BY id DESC LIMIT $3"};
// The days on which the statements next to one end, and all that end from the one to the other.
#define OF_ACCOUNT                                                                                 \
    " FROM statement WHERE tenant_id = $1 AND account_key = $2 AND currency = $3 AND "             \
    "kind = 'statement' "
const Statement day_before{"SELECT to_day" OF_ACCOUNT
                           "AND to_day < $4 ORDER BY to_day DESC LIMIT 1"};
const Statement day_after{"SELECT to_day" OF_ACCOUNT "AND to_day > $4 ORDER BY to_day LIMIT 1"};
const Statement around{
    "SELECT id, from_day, to_day, opening_minor, closing_minor, sequence, page, "
    "message_id, continues, goes_on, credits_minor, debits_minor, loaded, credits, "
    "debits" OF_ACCOUNT "AND to_day >= $4 AND to_day <= $5 ORDER BY to_day, id LIMIT $6"};
#undef OF_ACCOUNT
const Statement of_days{"SELECT " STATEMENT_COLUMNS
                        " FROM statement WHERE tenant_id = $1 AND account_key = $2 AND to_day >= "
                        "$3 AND to_day <= $4 ORDER BY to_day, id LIMIT $5"};
const Statement count_in{
    "UPDATE statement SET loaded = $4, loaded_credits = $5, loaded_credits_minor = $6, "
    "loaded_debits_minor = $7 WHERE tenant_id = $1 AND id = $2 AND loaded = $3"};

const Statement insert_one{
    "INSERT INTO statement_entry (tenant_id, statement_id, " ENTRY_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19, $20)"};
const Statement list_some{"SELECT " ENTRY_COLUMNS
                          " FROM statement_entry WHERE tenant_id = $1 AND statement_id = $2 AND "
                          "number > $3 ORDER BY number LIMIT $4"};
const Statement list_some_of_verdict{
    "SELECT " ENTRY_COLUMNS " FROM statement_entry WHERE tenant_id = $1 AND statement_id = $2 AND "
    "number > $3 AND verdict = $5 ORDER BY number LIMIT $4"};

#undef STATEMENT_COLUMNS
#undef ENTRY_COLUMNS

std::optional<std::int64_t> integer_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

StatementRow read(const Row& row) {
    const auto currency = Currency::parse(row.text(5));
    SETTLED_ASSERT(currency.has_value(), "the store holds a currency that is none");
    StatementRow statement;
    statement.id = row.id<StatementId>(0);
    statement.kind = row.text(1);
    statement.format = row.text(2);
    statement.account = row.text(3);
    statement.account_key = row.text(4);
    statement.currency = *currency;
    statement.number = row.text(6);
    statement.sequence = integer_at(row, 7);
    statement.from = row.instant(8);
    statement.to = row.instant(9);
    statement.opening_minor = integer_at(row, 10);
    statement.closing_minor = integer_at(row, 11);
    statement.credits = {row.integer(12), row.integer(13)};
    statement.debits = {row.integer(14), row.integer(15)};
    statement.digest.assign(row.blob(16).begin(), row.blob(16).end());
    statement.status = row.text(17);
    statement.loaded = row.integer(18);
    statement.loaded_credits = row.integer(19);
    statement.loaded_credits_minor = row.integer(20);
    statement.loaded_debits_minor = row.integer(21);
    statement.examined = row.integer(22);
    statement.cursor_minor = row.integer(23);
    statement.created_at = row.instant(24);
    if (!row.is_null(25))
        statement.reconciled_at = row.instant(25);
    statement.message_id = row.text(26);
    statement.page = integer_at(row, 27);
    statement.continues = row.integer(28) != 0;
    statement.goes_on = row.integer(29) != 0;
    return statement;
}

EntryRow read_entry(const Row& row, Currency currency) {
    EntryRow read;
    read.number = row.integer(0);
    statements::Entry& entry = read.entry;
    entry.booked = row.instant(1);
    entry.value = row.instant(2);
    entry.credit = row.integer(3) != 0;
    entry.reversal = row.integer(4) != 0;
    entry.amount = {row.integer(5), currency};
    entry.end_to_end_id = row.text(6);
    entry.instruction_id = row.text(7);
    entry.transaction_id = row.text(8);
    entry.bank_reference = row.text(9);
    entry.uetr = row.text(10);
    entry.remittance = row.text(11);
    entry.counterparty_name = row.text(12);
    entry.counterparty_account = row.text(13);
    read.verdict = row.text(14);
    read.rung = row.text(15);
    read.as_set = row.integer(16) != 0;
    if (!row.is_null(17))
        read.settlement = row.id<SettlementId>(17);
    return read;
}

std::optional<StatementRow> first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<bool> insert_statement(Session& s, TenantId tenant, const StatementRow& r) {
    const Rows inserted = co_await s.run(
        insert, tenant, r.id, r.kind, r.format, r.account, r.account_key, r.currency.code(),
        r.number, r.sequence, r.from, r.to, r.opening_minor, r.closing_minor, r.credits.count,
        r.credits.minor, r.debits.count, r.debits.minor, BytesView(r.digest), r.status, r.loaded,
        r.loaded_credits, r.loaded_credits_minor, r.loaded_debits_minor, r.examined, r.cursor_minor,
        r.created_at, r.reconciled_at, r.message_id, r.page, int{r.continues}, int{r.goes_on});
    co_return inserted.changed() == 1;
}

Step<std::optional<StatementRow>> find_statement(Session& s, TenantId tenant, StatementId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return first(rows);
}

Step<std::optional<StatementRow>> find_statement_by_digest(Session& s, TenantId tenant,
                                                           BytesView digest) {
    const Rows rows = co_await s.run(by_digest, tenant, digest);
    co_return first(rows);
}

Step<std::vector<StatementRow>> list_statements(Session& s, TenantId tenant, std::string account,
                                                std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    Rows rows;
    if (account.empty())
        rows = co_await s.run(list, tenant, before, most);
    else
        rows = co_await s.run(list_of_account, tenant, before, most, account);
    std::vector<StatementRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(read(rows[i]));
    co_return found;
}

Step<std::optional<std::vector<statements::Sheet>>>
find_statements_around(Session& s, TenantId tenant, const StatementRow& own) {
    const auto currency = own.currency.code();
    const Rows before = co_await s.run(day_before, tenant, own.account_key, currency, own.from);
    const Rows after = co_await s.run(day_after, tenant, own.account_key, currency, own.to);
    const Instant from = before.empty() ? own.from : before.front().instant(0);
    const Instant to = after.empty() ? own.to : after.front().instant(0);
    const Rows rows = co_await s.run(around, tenant, own.account_key, currency, from, to,
                                     statements_around_max + 1);
    if (std::cmp_greater(rows.size(), statements_around_max))
        co_return std::nullopt;
    std::vector<statements::Sheet> sheets;
    sheets.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        sheets.push_back({row.id<StatementId>(0), row.instant(1), row.instant(2),
                          integer_at(row, 3), integer_at(row, 4), integer_at(row, 5),
                          integer_at(row, 6), row.string(7), row.integer(8) != 0,
                          row.integer(9) != 0, row.integer(10), row.integer(11),
                          row.integer(12) == row.integer(13) + row.integer(14)});
    }
    co_return sheets;
}

Step<std::vector<StatementRow>> statements_that_end(Session& s, TenantId tenant,
                                                    std::string account_key, Instant from,
                                                    Instant to) {
    const Rows rows = co_await s.run(of_days, tenant, account_key, from, to, statements_around_max);
    std::vector<StatementRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(read(rows[i]));
    co_return found;
}

Step<> insert_entry(Session& s, TenantId tenant, StatementId statement, const EntryRow& r) {
    const statements::Entry& e = r.entry;
    co_await s.send(insert_one, tenant, statement, r.number, e.booked, e.value, int{e.credit},
                    int{e.reversal}, e.amount.minor, e.end_to_end_id, e.instruction_id,
                    e.transaction_id, e.bank_reference, e.uetr, e.remittance, e.counterparty_name,
                    e.counterparty_account, r.verdict, r.rung, int{r.as_set}, r.settlement);
}

Step<bool> count_entries(Session& s, TenantId tenant, const StatementRow& before,
                         const StatementRow& after) {
    const Rows updated =
        co_await s.run(count_in, tenant, before.id, before.loaded, after.loaded,
                       after.loaded_credits, after.loaded_credits_minor, after.loaded_debits_minor);
    co_return updated.changed() == 1;
}

Step<std::vector<EntryRow>> list_entries(Session& s, TenantId tenant, StatementId statement,
                                         Currency currency, std::string verdict, std::int64_t after,
                                         std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    Rows rows;
    if (verdict.empty())
        rows = co_await s.run(list_some, tenant, statement, after, most);
    else
        rows = co_await s.run(list_some_of_verdict, tenant, statement, after, most, verdict);
    std::vector<EntryRow> entries;
    for (std::size_t i = 0; i < rows.size(); ++i)
        entries.push_back(read_entry(rows[i], currency));
    co_return entries;
}

} // namespace settled::store
