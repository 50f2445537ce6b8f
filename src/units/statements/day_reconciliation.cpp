#include "units/statements/day_reconciliation.h"

#include "base/iban.h"
#include "match/match_fields.h"
#include "statements/pairing.h"
#include "statements/text.h"
#include "store/queries/directory.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/settlements.h"
#include "store/queries/money/statement_reconciliation.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace settled::units {

namespace {

using statements::BankLine;
using statements::DayGap;
using statements::Flow;
using statements::OwnLine;
using statements::Side;
using statements::Verdict;
using store::EntryRow;
using store::Session;
using store::StatementRow;
using store::Step;

constexpr std::size_t items_max = 20;         // shown of each difference
constexpr std::size_t lines_max = 200'000;    // of a side that are compared one by one
constexpr std::size_t entries_at_once = 1000; // of a page of entries
constexpr std::int64_t above_all_ids = std::numeric_limits<std::int64_t>::max();
// A statement is of a day, a week or a month; one that is longer is found by its last month.
constexpr std::int64_t statement_days_max = 31;
// What settles late in the evening or at a weekend is booked later (statements/pairing.h).
constexpr std::int64_t booked_later_days = 3;
// An order or a return of earlier days without an outcome is still looked at.
constexpr std::int64_t open_days = 7;

void add(Side& side, std::int64_t minor) {
    ++side.count;
    side.minor += minor;
}

Instant days_after(Instant day, std::int64_t days) {
    return {day.us + days * statements::day_us};
}

// An entry of the bank that is compared here, and where it stands.
struct Booked {
    StatementId statement;
    EntryRow row;
};

class DayBooks {
  public:
    DayBooks(Session& s, DayQuestion question) : s_(s), question_(std::move(question)) {}

    Step<Result<DayReconciliation>> run();

  private:
    TenantId tenant() const { return question_.tenant; }
    Instant end() const { return days_after(question_.day, 1); }
    bool is_of_day(Instant at) const { return !(at < question_.day) && at < end(); }

    DayDifference& difference(DayGap gap, Flow flow);
    void report(DayGap gap, Flow flow, std::int64_t minor, DayItem item);
    Step<Result<>> find_statements();
    Step<Result<>> read_entries();
    Step<Result<>> read_own_lines();
    Step<> take_paid_in();
    Step<> take_missing_settlements();
    void take_others();
    Step<Result<>> take_orders();
    Step<Result<>> take_returns();

    Session& s_;
    DayQuestion question_;
    DayReconciliation result_;
    std::vector<StatementRow> around_; // that may hold entries of the day or of those next to it
    std::vector<Booked> paid_in_;      // entries of the day that are compared with settlements
    std::vector<Booked> others_;       // entries of the day and those next to it
    std::vector<OwnLine> own_;
    std::vector<DayItem> own_items_; // of each line
};

DayDifference& DayBooks::difference(DayGap gap, Flow flow) {
    for (DayDifference& known : result_.differences)
        if (known.gap == gap && known.flow == flow)
            return known;
    result_.differences.push_back({gap, flow, 0, 0, {}});
    return result_.differences.back();
}

void DayBooks::report(DayGap gap, Flow flow, std::int64_t minor, DayItem item) {
    DayDifference& found = difference(gap, flow);
    ++found.count;
    found.minor += minor;
    if (found.items.size() < items_max)
        found.items.push_back(std::move(item));
}

Step<Result<>> DayBooks::find_statements() {
    around_ = co_await store::statements_that_end(s_, tenant(), result_.account_key,
                                                  days_after(question_.day, -1),
                                                  days_after(question_.day, statement_days_max));
    if (std::cmp_greater_equal(around_.size(), store::statements_around_max))
        co_return fail(Code::limit_reached, "too many statements of the account end near that day");
    std::erase_if(around_, [&](const StatementRow& row) {
        return row.kind != token(statements::Kind::statement) || end() < row.from;
    });
    const auto covers = [&](const StatementRow& row) {
        return !(question_.day < row.from) && !(row.to < question_.day);
    };
    const auto first = std::ranges::find_if(around_, covers);
    if (first != around_.end())
        result_.currency = first->currency;
    std::erase_if(around_,
                  [&](const StatementRow& row) { return !(row.currency == result_.currency); });
    for (const StatementRow& row : around_) {
        if (!covers(row))
            continue;
        auto place = co_await find_place(s_, tenant(), row);
        if (!place)
            co_return std::unexpected(place.error());
        const DayItem item{.statement = row.id, .text = row.number};
        if (row.status != store::statement_reconciled)
            report(DayGap::not_reconciled, Flow::paid_in, 0, item);
        if (place->lacks_pages)
            report(DayGap::lacks_pages, Flow::paid_in, 0, item);
        if (place->balance_difference.value_or(0) != 0)
            report(DayGap::wrong_balance, Flow::paid_in, *place->balance_difference, item);
        result_.statements.push_back({row, *std::move(place)});
    }
    if (result_.statements.empty())
        (void)difference(DayGap::no_statement, Flow::paid_in);
    co_return Result<>{};
}

Step<Result<>> DayBooks::read_entries() {
    for (const StatementRow& row : around_) {
        std::int64_t after = 0;
        for (;;) {
            const auto entries = co_await store::list_entries(s_, tenant(), row.id, row.currency,
                                                              "", after, entries_at_once);
            if (entries.empty())
                break;
            after = entries.back().number;
            for (const EntryRow& entry : entries) {
                const bool is_followed = entry.entry.credit && !entry.entry.reversal;
                const bool of_day = entry.entry.booked == question_.day;
                if (is_followed && of_day)
                    paid_in_.push_back({row.id, entry});
                else if (!is_followed && !(entry.entry.booked < days_after(question_.day, -1)) &&
                         !(days_after(question_.day, booked_later_days) < entry.entry.booked))
                    others_.push_back({row.id, entry});
                if (paid_in_.size() + others_.size() > lines_max)
                    co_return fail(Code::limit_reached, "the day has too many entries");
            }
        }
    }
    co_return Result<>{};
}

// Movements and returns that happened on the day or so near it that the bank may book them on it.
Step<Result<>> DayBooks::read_own_lines() {
    const Instant from = days_after(question_.day, -booked_later_days);
    const Instant before = days_after(end(), 1);
    const auto movements = co_await store::movements_of_account(s_, tenant(), result_.account_key,
                                                                from, before, lines_max + 1);
    const auto reversals = co_await store::reversals_of_account(s_, tenant(), result_.account_key,
                                                                from, before, lines_max + 1);
    if (movements.size() > lines_max || reversals.size() > lines_max)
        co_return fail(Code::limit_reached, "the day has too many payments");
    for (const store::MovementRow& row : movements) {
        if (!(row.amount.currency == result_.currency))
            continue;
        own_.push_back({row.amount.minor, statements::flow_of(row.credit, row.is_return),
                        match::canonical(row.transaction_id),
                        match::canonical_end_to_end_id(row.end_to_end_id),
                        is_of_day(row.settled_at)});
        DayItem item{.settlement = row.id,
                     .our_minor = row.amount.minor,
                     .end_to_end_id = row.end_to_end_id};
        if (row.subject_id != 0)
            item.order = OrderId{row.subject_id};
        own_items_.push_back(std::move(item));
    }
    for (const domain::Reversal& row : reversals) {
        const match::MatchFields& of = row.identity;
        if (!(of.amount.currency == result_.currency))
            continue;
        own_.push_back({of.amount.minor, Flow::was_returned, match::canonical(row.transaction_id),
                        of.end_to_end_id, is_of_day(of.at)});
        DayItem item{.our_minor = of.amount.minor, .end_to_end_id = of.end_to_end_id};
        if (row.settlement_id.value != 0)
            item.settlement = row.settlement_id;
        own_items_.push_back(std::move(item));
    }
    co_return Result<>{};
}

DayItem item_of(const Booked& booked) {
    const statements::Entry& entry = booked.row.entry;
    return {.statement = booked.statement,
            .entry = booked.row.number,
            .settlement = booked.row.settlement,
            .bank_minor = entry.amount.minor,
            .end_to_end_id = entry.end_to_end_id,
            .text = entry.remittance};
}

// Credits of the day: the reconciliation of the statements has said what each is. One that is the
// return of a payment of ours is left for take_others().
Step<> DayBooks::take_paid_in() {
    std::vector<BankLine> lines;
    for (const Booked& booked : paid_in_) {
        const statements::Booked ids = statements::booked_of(0, booked.row.entry);
        lines.push_back({booked.row.entry.amount.minor, true, false, ids.ids, {}, true});
    }
    const auto paired = statements::pair_lines(lines, own_);
    DayFlow& flow = result_.flows[static_cast<std::size_t>(Flow::paid_in)];
    for (std::size_t i = 0; i < paid_in_.size(); ++i) {
        const Booked& booked = paid_in_[i];
        const std::int64_t minor = booked.row.entry.amount.minor;
        const std::string& verdict = booked.row.verdict;
        if (paired[i] != statements::no_line) {
            others_.push_back(booked);
            continue;
        }
        add(flow.bank, minor);
        if (verdict == token(Verdict::linked)) {
            add(flow.ours, minor);
        } else if (verdict == token(Verdict::amount_differs) && booked.row.settlement) {
            const auto settlement =
                co_await store::find_settlement(s_, tenant(), *booked.row.settlement);
            const std::int64_t ours = settlement ? settlement->amount.minor : 0;
            add(flow.ours, ours);
            DayItem item = item_of(booked);
            item.our_minor = ours;
            report(DayGap::amount_differs, Flow::paid_in, minor - ours, std::move(item));
        } else if (verdict == token(Verdict::ambiguous)) {
            report(DayGap::ambiguous, Flow::paid_in, minor, item_of(booked));
        } else if (verdict == token(Verdict::missing_webhook)) {
            report(DayGap::missing_here, Flow::paid_in, minor, item_of(booked));
        }
    }
    co_await take_missing_settlements();
}

Step<> DayBooks::take_missing_settlements() {
    StatementRow asked;
    asked.account_key = result_.account_key;
    asked.currency = result_.currency;
    const auto sums = co_await store::sum_missing(s_, tenant(), asked, question_.day, end());
    DayFlow& flow = result_.flows[static_cast<std::size_t>(Flow::paid_in)];
    std::int64_t count = 0;
    std::int64_t minor = 0;
    for (const auto& [day, side] : sums) {
        count += side.count;
        minor += side.minor;
    }
    flow.ours.count += count;
    flow.ours.minor += minor;
    if (count == 0 || result_.statements.empty())
        co_return;
    DayDifference& found = difference(DayGap::missing_at_bank, Flow::paid_in);
    found.count = count;
    found.minor = minor;
    const auto some = co_await store::list_missing(s_, tenant(), asked, question_.day, end(),
                                                   above_all_ids, items_max);
    for (const domain::Settlement& settlement : some)
        found.items.push_back({.settlement = settlement.id,
                               .our_minor = settlement.amount.minor,
                               .end_to_end_id = settlement.end_to_end_id,
                               .text = settlement.reference});
}

// Everything but payments in, paired by ids.
void DayBooks::take_others() {
    std::vector<BankLine> lines;
    for (const Booked& booked : others_) {
        const statements::Booked ids = statements::booked_of(0, booked.row.entry);
        lines.push_back({booked.row.entry.amount.minor, booked.row.entry.credit,
                         booked.row.entry.reversal, ids.ids, ids.end_to_end_id,
                         booked.row.entry.booked == question_.day});
    }
    const auto paired = statements::pair_lines(lines, own_);
    std::vector<bool> is_booked(own_.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const BankLine& line = lines[i];
        const bool is_known = paired[i] != statements::no_line;
        if (is_known)
            is_booked[paired[i]] = true;
        if (!line.is_of_day)
            continue;
        const Flow flow =
            is_known ? own_[paired[i]].flow : statements::flow_of(line.credit, line.is_return);
        DayFlow& totals = result_.flows[static_cast<std::size_t>(flow)];
        add(totals.bank, line.minor);
        if (!is_known) {
            report(DayGap::missing_here, flow, line.minor, item_of(others_[i]));
            continue;
        }
        const OwnLine& ours = own_[paired[i]];
        add(totals.ours, ours.minor);
        if (ours.minor == line.minor)
            continue;
        DayItem item = own_items_[paired[i]];
        item.statement = others_[i].statement;
        item.entry = others_[i].row.number;
        item.bank_minor = line.minor;
        report(DayGap::amount_differs, flow, line.minor - ours.minor, std::move(item));
    }
    for (std::size_t i = 0; i < own_.size(); ++i) {
        if (is_booked[i] || !own_[i].is_of_day)
            continue;
        add(result_.flows[static_cast<std::size_t>(own_[i].flow)].ours, own_[i].minor);
        if (!result_.statements.empty())
            report(DayGap::missing_at_bank, own_[i].flow, own_[i].minor, own_items_[i]);
    }
}

bool waits_for_bank(domain::OrderStatus status) {
    return !domain::is_final(status);
}

Step<Result<>> DayBooks::take_orders() {
    const auto orders = co_await store::orders_of_account(s_, tenant(), result_.account_key,
                                                          days_after(question_.day, -open_days),
                                                          end(), lines_max + 1);
    if (orders.size() > lines_max)
        co_return fail(Code::limit_reached, "the account has too many orders");
    for (const domain::Order& order : orders) {
        if (!(order.amount.currency == result_.currency))
            continue;
        const std::string status(token(order.status));
        if (is_of_day(order.created_at))
            add(result_.orders[status], order.amount.minor);
        if (waits_for_bank(order.status))
            report(DayGap::order_without_settlement, Flow::paid_out, order.amount.minor,
                   {.order = order.id,
                    .our_minor = order.amount.minor,
                    .end_to_end_id = order.end_to_end_id,
                    .text = status});
    }
    co_return Result<>{};
}

Step<Result<>> DayBooks::take_returns() {
    const auto returns = co_await store::returns_made(
        s_, tenant(), days_after(question_.day, -open_days), end(), lines_max + 1);
    if (returns.size() > lines_max)
        co_return fail(Code::limit_reached, "there are too many returns");
    for (const store::ReturnRow& row : returns) {
        const auto settlement = co_await store::find_settlement(s_, tenant(), row.settlement);
        if (!settlement || settlement->identity.account != result_.account_key ||
            !(settlement->amount.currency == result_.currency))
            continue;
        const std::string status(token(row.status));
        if (is_of_day(row.created_at))
            add(result_.returns[status], settlement->amount.minor);
        if (waits_for_bank(row.status))
            report(DayGap::return_without_settlement, Flow::was_returned, settlement->amount.minor,
                   {.settlement = row.settlement,
                    .money_return = row.id,
                    .our_minor = settlement->amount.minor,
                    .end_to_end_id = row.end_to_end_id,
                    .text = status});
    }
    co_return Result<>{};
}

Step<Result<DayReconciliation>> DayBooks::run() {
    result_.account_key = account_key(question_.account);
    result_.day = question_.day;
    result_.currency = question_.currency;
    const auto account = co_await store::find_account_by_key(s_, tenant(), result_.account_key);
    if (!account)
        co_return fail(Code::account_unknown, "account: it is none of yours; register it first");
    auto done = co_await find_statements();
    if (done)
        done = co_await read_entries();
    if (done)
        done = co_await read_own_lines();
    if (!done)
        co_return std::unexpected(done.error());
    co_await take_paid_in();
    take_others();
    done = co_await take_orders();
    if (done)
        done = co_await take_returns();
    if (!done)
        co_return std::unexpected(done.error());
    co_return std::move(result_);
}

} // namespace

Step<Result<DayReconciliation>> reconcile_day(Session& s, DayQuestion question) {
    DayBooks books(s, std::move(question));
    co_return co_await books.run();
}

} // namespace settled::units
