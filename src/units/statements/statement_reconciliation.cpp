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
    for (std::size_t i = 0; i < pairings.size(); ++i)
        step.pairings.emplace_back(part.entries[i].number, pairings[i]);
    step.after = step.before;
    step.after.status = store::statement_reconciling;
    step.after.cursor_minor = part.to_minor;
    step.after.examined += static_cast<std::int64_t>(part.entries.size());
    return step;
}

// The last step: only what changes is written.
ReconciliationStep concluded(StatementRow before, const store::ReconciliationPart& left,
                             Instant now) {
    ReconciliationStep step{std::move(before), {}, {}};
    const auto pairings = statements::pair_leftovers(left.entries, left.settlements);
    for (std::size_t i = 0; i < pairings.size(); ++i)
        if (pairings[i].verdict == Verdict::amount_differs)
            step.pairings.emplace_back(left.entries[i].number, pairings[i]);
    step.after = step.before;
    step.after.status = store::statement_reconciled;
    step.after.examined = step.before.credits.count;
    step.after.reconciled_at = now;
    return step;
}

bool is_continued_by(const StatementRow& before, const StatementRow& next) {
    const bool balance = before.closing_minor && next.opening_minor &&
                         *before.closing_minor == *next.opening_minor &&
                         before.currency == next.currency;
    const bool sequence =
        before.sequence && next.sequence && *next.sequence - *before.sequence == 1;
    return balance || sequence;
}

// Numbers begin again with 1, in a new year at many banks; pages of one statement have one number.
std::optional<std::pair<std::int64_t, std::int64_t>> gap_between(const StatementRow& before,
                                                                 const StatementRow& next) {
    if (!before.sequence || !next.sequence || *next.sequence == 1 ||
        *next.sequence - *before.sequence <= 1)
        return std::nullopt;
    return std::pair(*before.sequence + 1, *next.sequence - 1);
}

Step<> compare_with_previous(Session& s, TenantId tenant, const StatementRow& statement,
                             StatementReconciliation& reconciliation) {
    const auto previous = co_await store::find_statement_before(s, tenant, statement.account_key,
                                                                statement.from, statement.id);
    reconciliation.settled_from = statement.from;
    reconciliation.settled_before = statements::settled_before(statement.to);
    if (!previous)
        co_return;
    reconciliation.previous = previous->id;
    reconciliation.sequence_gap = gap_between(*previous, statement);
    if (previous->closing_minor && statement.opening_minor &&
        previous->currency == statement.currency)
        reconciliation.opening_difference = *statement.opening_minor - *previous->closing_minor;
    if (is_continued_by(*previous, statement))
        reconciliation.settled_from = statements::settled_before(previous->to);
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
                                                     StatementRow statement, Instant now) {
    if (!is_loaded(statement))
        co_return fail(Code::statement_incomplete, "its entries are not all here yet");
    if (statement.status == store::statement_reconciling &&
        statement.cursor_minor == store::cursor_at_end) {
        const store::ReconciliationPart left = co_await store::read_leftovers(s, tenant, statement);
        co_return concluded(std::move(statement), left, now);
    }
    // A reconciliation that ended begins again: the row's old cursor and status guard the first step.
    StatementRow from = statement;
    if (statement.status != store::statement_reconciling) {
        from.cursor_minor = 0;
        from.examined = 0;
    }
    const store::ReconciliationPart part = co_await store::read_proof_part(s, tenant, from);
    if (!part.is_whole)
        co_return fail(Code::limit_reached, "too many entries or settlements have one amount");
    ReconciliationStep step = decided(std::move(from), part);
    step.before = std::move(statement);
    co_return step;
}

Step<StatementRow> write_reconciliation(Session& s, TenantId tenant,
                                        std::shared_ptr<const ReconciliationStep> step) {
    const bool moved = co_await store::move_reconciliation(s, tenant, step->before, step->after);
    if (moved)
        for (const auto& [number, pairing] : step->pairings)
            co_await store::write_pairing(s, tenant, step->before.id, number, pairing);
    const auto now = co_await store::find_statement(s, tenant, step->before.id);
    SETTLED_ASSERT(now.has_value(), "a statement that was read is there");
    co_return *now;
}

bool StatementReconciliation::holds() const {
    const auto none = [&](std::string_view verdict) {
        return !by_verdict.contains(std::string(verdict));
    };
    return none(store::verdict_pending) && none(token(Verdict::missing_webhook)) &&
           none(token(Verdict::ambiguous)) && none(token(Verdict::amount_differs)) &&
           missing_on_statement.count == 0 && balance_difference.value_or(0) == 0 &&
           !sequence_gap && opening_difference.value_or(0) == 0;
}

Step<StatementReconciliation> read_reconciliation(Session& s, TenantId tenant,
                                                  StatementRow statement) {
    StatementReconciliation reconciliation;
    reconciliation.balance_difference = statements::balance_difference(
        statement.opening_minor, statement.closing_minor, statement.credits, statement.debits);
    const auto entries = co_await store::sum_entries(s, tenant, statement.id);
    count_entries(entries, reconciliation);
    const auto linked = co_await store::sum_linked(s, tenant, statement.id);
    for (const auto& [day, side] : linked)
        add(reconciliation.days[day].settled, side);
    if (statement.kind != token(statements::Kind::statement))
        co_return reconciliation;
    co_await compare_with_previous(s, tenant, statement, reconciliation);
    if (reconciliation.settled_from < reconciliation.settled_before) {
        const auto missing = co_await store::sum_missing(
            s, tenant, statement, reconciliation.settled_from, reconciliation.settled_before);
        for (const auto& [day, side] : missing) {
            add(reconciliation.days[day].settled, side);
            add(reconciliation.missing_on_statement, side);
        }
    }
    co_return reconciliation;
}

} // namespace settled::units
