#include "units/statements/statement_reconciliation.h"

#include "statements/text.h"

#include <algorithm>
#include <utility>

namespace settled::units {

namespace {

using statements::Side;
using statements::Verdict;
using store::Session;
using store::StatementRow;
using store::Step;

bool is_loaded(const StatementRow& row) {
    return row.loaded == row.entries() && row.loaded_credits == row.credits.count &&
           row.loaded_credits_minor == row.credits.minor &&
           row.loaded_debits_minor == row.debits.minor;
}

void add(Side& side, const Side& more) {
    side.count += more.count;
    side.minor += more.minor;
}

// The part of all entries that are new, or that no settlement was found for.
ReconciliationStep decided(StatementRow before, const store::ReconciliationPart& part) {
    ReconciliationStep step{std::move(before), {}, {}};
    const auto pairings = statements::pair(part.entries, part.settlements);
    step.after = step.before;
    // What another page says of its own entries is decided when that page is reconciled, except a
    // link: which page reports a settlement is decided once.
    for (std::size_t i = 0; i < pairings.size(); ++i) {
        const bool is_own = part.keys[i].statement == step.before.id;
        step.after.examined += is_own ? 1 : 0;
        if (is_own || pairings[i].verdict == Verdict::linked)
            step.pairings.emplace_back(part.keys[i], pairings[i]);
    }
    step.after.status = store::statement_reconciling;
    step.after.cursor_minor = part.to_minor;
    return step;
}

// The last step: only what changes is written.
ReconciliationStep concluded(StatementRow before, const store::ReconciliationPart& left,
                             Instant now) {
    ReconciliationStep step{std::move(before), {}, {}};
    const auto pairings = statements::pair_leftovers(left.entries, left.settlements);
    for (std::size_t i = 0; i < pairings.size(); ++i)
        if (pairings[i].verdict == Verdict::amount_differs)
            step.pairings.emplace_back(left.keys[i], pairings[i]);
    step.after = step.before;
    step.after.status = store::statement_reconciled;
    step.after.examined = step.before.credits.count;
    step.after.reconciled_at = now;
    return step;
}

statements::Sheet sheet_of(const StatementRow& row) {
    return {row.id,
            row.from,
            row.to,
            row.opening_minor,
            row.closing_minor,
            row.sequence,
            row.page,
            row.message_id,
            row.continues,
            row.goes_on,
            row.credits.minor,
            row.debits.minor,
            row.loaded == row.entries()};
}

} // namespace

Step<Result<statements::Place>> find_place(Session& s, TenantId tenant,
                                           const StatementRow& statement) {
    const auto around = co_await store::find_statements_around(s, tenant, statement);
    if (!around)
        co_return fail(Code::limit_reached, "too many statements of the account end on one day");
    co_return statements::place_of(sheet_of(statement), *around);
}

namespace {

Step<Result<std::vector<StatementId>>> other_pages_of(Session& s, TenantId tenant,
                                                      const StatementRow& statement) {
    if (statement.kind != token(statements::Kind::statement))
        co_return std::vector<StatementId>();
    auto place = co_await find_place(s, tenant, statement);
    if (!place)
        co_return std::unexpected(place.error());
    std::erase(place->pages, statement.id);
    co_return std::move(place->pages);
}

void count_entries(const std::vector<store::EntryTotal>& totals,
                   StatementReconciliation& reconciliation) {
    for (const store::EntryTotal& total : totals) {
        DayTotals& day = reconciliation.days[total.day];
        add(total.credit ? day.credits : day.debits, total.total);
        if (total.verdict == store::verdict_not_followed) {
            add(day.not_followed, total.total);
            day.not_followed_credits_minor += total.credit ? total.total.minor : 0;
        }
        add(reconciliation.by_verdict[total.verdict], total.total);
    }
}

} // namespace

Step<Result<ReconciliationStep>> plan_reconciliation(Session& s, TenantId tenant,
                                                     StatementRow statement, Instant now,
                                                     std::int64_t entries) {
    if (!is_loaded(statement))
        co_return fail(Code::statement_incomplete, "its entries are not all here yet");
    const auto other_pages = co_await other_pages_of(s, tenant, statement);
    if (!other_pages)
        co_return std::unexpected(other_pages.error());
    if (statement.status == store::statement_reconciling &&
        statement.cursor_minor == store::cursor_at_end) {
        const store::ReconciliationPart left =
            co_await store::read_leftovers(s, tenant, statement, *other_pages);
        co_return concluded(std::move(statement), left, now);
    }
    // A reconciliation that ended begins again: the row's old cursor and status guard the first step.
    StatementRow from = statement;
    if (statement.status != store::statement_reconciling) {
        from.cursor_minor = 0;
        from.examined = 0;
    }
    const store::ReconciliationPart part =
        co_await store::read_proof_part(s, tenant, from, *other_pages, entries);
    if (!part.is_whole)
        co_return fail(Code::limit_reached, "too many entries or settlements have one amount");
    ReconciliationStep step = decided(std::move(from), part);
    step.before = std::move(statement);
    co_return step;
}

namespace {

Step<WrittenPairings> write_some(Session& s, TenantId tenant, const ReconciliationStep& step,
                                 std::size_t first, std::size_t most) {
    const std::size_t count = step.pairings.size();
    const std::size_t end = std::min(first + most, count);
    const bool is_last = end == count;
    // One that stays where it is only finds out that no other was faster.
    const bool goes_on = co_await store::move_reconciliation(s, tenant, step.before,
                                                             is_last ? step.after : step.before);
    if (goes_on)
        for (std::size_t i = first; i < end; ++i) {
            const auto& [entry, pairing] = step.pairings[i];
            co_await store::write_pairing(s, tenant, entry.statement, entry.number, pairing);
        }
    auto now = co_await store::find_statement(s, tenant, step.before.id);
    SETTLED_ASSERT(now.has_value(), "a statement that was read is there");
    co_return WrittenPairings{*std::move(now),
                              goes_on && !is_last ? std::optional(end) : std::nullopt};
}

} // namespace

Step<WrittenPairings> write_pairings(Session& s, TenantId tenant,
                                     std::shared_ptr<const ReconciliationStep> step,
                                     std::size_t first) {
    co_return co_await write_some(s, tenant, *step, first, pairings_of_unit);
}

Step<StatementRow> write_reconciliation(Session& s, TenantId tenant,
                                        std::shared_ptr<const ReconciliationStep> step) {
    auto written = co_await write_some(s, tenant, *step, 0, step->pairings.size());
    co_return std::move(written.row);
}

bool StatementReconciliation::holds() const {
    const auto none = [&](std::string_view verdict) {
        return !by_verdict.contains(std::string(verdict));
    };
    return none(store::verdict_pending) && none(token(Verdict::missing_webhook)) &&
           none(token(Verdict::ambiguous)) && none(token(Verdict::amount_differs)) &&
           missing_on_statement.count == 0 && place.balance_difference.value_or(0) == 0 &&
           !place.sequence_gap && !place.previous_lacks_pages &&
           place.opening_difference.value_or(0) == 0;
}

Step<Result<StatementReconciliation>> read_reconciliation(Session& s, TenantId tenant,
                                                          StatementRow statement) {
    StatementReconciliation reconciliation;
    const auto entries = co_await store::sum_entries(s, tenant, statement.id);
    count_entries(entries, reconciliation);
    const auto linked = co_await store::sum_linked(s, tenant, statement.id);
    for (const auto& [day, side] : linked)
        add(reconciliation.days[day].settled, side);
    if (statement.kind != token(statements::Kind::statement))
        co_return reconciliation;
    auto place = co_await find_place(s, tenant, statement);
    if (!place)
        co_return std::unexpected(place.error());
    reconciliation.place = *std::move(place);
    const Instant from = reconciliation.place.asked_from;
    const Instant before = reconciliation.place.asked_before;
    if (from < before) {
        const auto missing = co_await store::sum_missing(s, tenant, statement, from, before);
        for (const auto& [day, side] : missing) {
            add(reconciliation.days[day].settled, side);
            add(reconciliation.missing_on_statement, side);
        }
    }
    co_return reconciliation;
}

} // namespace settled::units
