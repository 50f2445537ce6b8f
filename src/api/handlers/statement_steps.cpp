#include "api/handlers/statement_steps.h"

#include "base/assert.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using store::Session;
using store::StatementRow;
using store::Step;

// What the entries add up to with those that are here; nothing beyond what was declared, so that no
// sum overflows.
Result<StatementRow> with_entries(const StatementRow& before, const Chunk& chunk) {
    StatementRow after = before;
    for (const store::EntryRow& row : chunk.entries) {
        const statements::Entry& entry = row.entry;
        if (!(entry.amount.currency == before.currency))
            return fail(Code::value_invalid, fmt::format("entry {}: amount: give it in {}",
                                                         row.number, before.currency.code()));
        if (entry.booked < before.from || before.to < entry.booked)
            return fail(Code::value_invalid,
                        fmt::format("entry {}: booked_on: it is not in the statement's period",
                                    row.number));
        after.loaded_credits += entry.credit ? 1 : 0;
        std::int64_t& sum = entry.credit ? after.loaded_credits_minor : after.loaded_debits_minor;
        const std::int64_t end = entry.credit ? before.credits.minor : before.debits.minor;
        if (entry.amount.minor > end - sum)
            return fail(Code::value_invalid,
                        fmt::format("entry {}: more than the statement adds up to", row.number));
        sum += entry.amount.minor;
    }
    after.loaded += static_cast<std::int64_t>(chunk.entries.size());
    if (after.loaded > before.entries())
        return fail(Code::value_invalid, "entries: more than the statement has");
    return after;
}

} // namespace

Step<Result<BegunStatement>> begin_statement(Session& s, TenantId tenant,
                                             std::shared_ptr<const StatementRow> row) {
    const auto account = co_await store::find_account_by_key(s, tenant, row->account_key);
    if (!account)
        co_return fail(Code::account_unknown, "account: the account is not registered; register it "
                                              "with POST /v1/accounts, or name another account");
    const bool added = co_await store::insert_statement(s, tenant, *row);
    if (added)
        co_return BegunStatement{*row, true};
    const auto there = co_await store::find_statement_by_digest(s, tenant, BytesView(row->digest));
    SETTLED_ASSERT(there.has_value(), "what could not be added is there");
    co_return BegunStatement{*there, false};
}

Step<Result<StatementRow>> append_entries(Session& s, TenantId tenant, StatementId id,
                                          std::shared_ptr<const Chunk> chunk) {
    const auto statement = co_await store::find_statement(s, tenant, id);
    if (!statement)
        co_return fail(Code::not_found, "there is no such statement");
    const auto count = static_cast<std::int64_t>(chunk->entries.size());
    if (chunk->first + count - 1 <= statement->loaded) // they came before
        co_return *statement;
    if (chunk->first != statement->loaded + 1)
        co_return fail(Code::state_conflict,
                       fmt::format("first: go on with entry {}", statement->loaded + 1));
    const auto after = with_entries(*statement, *chunk);
    if (!after)
        co_return std::unexpected(after.error());
    const bool counted = co_await store::count_entries(s, tenant, *statement, *after);
    if (!counted)
        co_return fail(Code::state_conflict, "another call adds entries to this statement");
    for (const store::EntryRow& row : chunk->entries)
        co_await store::insert_entry(s, tenant, id, row);
    co_return *after;
}

Task<Result<std::optional<std::size_t>>>
write_until_last(const Core& core, TenantId tenant,
                 std::shared_ptr<const units::ReconciliationStep> step) {
    std::optional<std::size_t> next = 0;
    while (next && *next + units::pairings_of_unit < step->pairings.size()) {
        const std::size_t first = *next;
        const auto written = co_await core.store.write<units::WrittenPairings>(
            [=](Session& s) { return units::write_pairings(s, tenant, step, first); },
            store::Priority::background);
        if (!written)
            co_return std::unexpected(written.error());
        next = written->next;
    }
    co_return next;
}

Step<StatementRow> write_last(Session& s, TenantId tenant,
                              std::shared_ptr<const units::ReconciliationStep> step,
                              std::optional<std::size_t> first) {
    if (first) {
        auto written = co_await units::write_pairings(s, tenant, step, *first);
        co_return std::move(written.row);
    }
    auto now = co_await store::find_statement(s, tenant, step->before.id);
    SETTLED_ASSERT(now.has_value(), "a statement that was read is there");
    co_return *std::move(now);
}

} // namespace settled::api
