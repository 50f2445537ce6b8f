#include "units/catch_up/sources.h"

#include "base/assert.h"
#include "connectors/clearbank/transactions.h"
#include "statements/text.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/catch_up/learnt.h"
#include "units/catch_up/open_items.h"
#include "units/statements/bank_statement.h"

#include <array>

namespace settled::units {

namespace {

using store::CatchUpRow;
using store::Session;
using store::Step;
using namespace std::chrono_literals;

// Transactions are asked for a day at a time, so that a page is never far from the first.
constexpr auto window = 24h;
// The list is asked for page by page, newest first. A transaction that moves money later leaves its
// place, and all that are older come one nearer: one of them may be missed between two pages. Only
// one that has not settled can do that, so days that have shown one are gone through again.
constexpr std::int64_t passes_max = 3;
// So long after midnight in UTC the day is over in London, too, in summer and in winter.
constexpr auto london_ahead_max = 1h;

Instant window_end(const CatchUpRow& row) {
    return std::min(row.until, row.window_from + std::chrono::microseconds(window));
}

Step<SourceStep> ask_for_page(Session& s, const UnitScope& work, const Bank& bank, CatchUpRow& row,
                              const CatchUpSource& source) {
    co_await make_catch_up_call(s, work, bank, row,
                                connectors::clearbank::list_transactions_request(
                                    bank.settings.institution_account, source.scheme,
                                    row.window_from, window_end(row), row.page));
    co_return SourceStep::waits;
}

void count(CatchUpRow& row, ShownAs learnt) {
    ++row.seen;
    row.settlements += learnt == ShownAs::settlement ? 1 : 0;
    row.movements += learnt == ShownAs::movement ? 1 : 0;
    row.orders += learnt == ShownAs::order ? 1 : 0;
    row.waiting += learnt == ShownAs::waiting ? 1 : 0;
    row.unsettled = row.unsettled || learnt == ShownAs::under_way;
}

// Where the source goes on after a page.
SourceStep next_place(CatchUpRow& row, bool is_last_page) {
    if (!is_last_page) {
        ++row.page;
        return SourceStep::goes_on;
    }
    row.page = 1;
    if (row.unsettled && row.pass < passes_max) {
        ++row.pass;
        row.unsettled = false;
        return SourceStep::goes_on;
    }
    row.pass = 1;
    row.unsettled = false;
    row.window_from = window_end(row);
    return row.window_from < row.until ? SourceStep::goes_on : SourceStep::ends;
}

Step<Result<SourceStep>> read_page(Session& s, const UnitScope& work, const Bank& bank,
                                   CatchUpRow& row, const CatchUpSource& source,
                                   const domain::CallReply& reply) {
    CO_TRY(auto page, connectors::clearbank::read_transactions(reply.body));
    for (connectors::clearbank::BankTransaction& transaction : page.transactions) {
        transaction.scheme = source.scheme;
        const ShownAs learnt = co_await learn_transaction(s, work, bank, transaction, row.dry_run);
        count(row, learnt);
    }
    co_return next_place(row, page.is_last);
}

Step<Result<SourceStep>> reads_nothing(Session&, const UnitScope&, const Bank&, CatchUpRow&,
                                       const CatchUpSource& source, const domain::CallReply&) {
    SETTLED_ASSERT(false, "source {} makes no calls", source.name);
    co_return SourceStep::ends;
}

// The bank's statement of each day that is over: it is asked for here, and what it shows becomes known
// when it comes, hours later at most banks (statements/bank_statement.h). A day is asked for once.
Step<SourceStep> ask_for_statements(Session& s, const UnitScope& work, const Bank& bank,
                                    CatchUpRow& row, const CatchUpSource&) {
    const Instant day = statements::day_of(row.window_from);
    const Instant next{day.us + statements::day_us};
    const bool is_over = next + london_ahead_max < work.now;
    if (row.dry_run || !is_over || row.until < day)
        co_return SourceStep::ends;
    (void)co_await ask_for_statement(s, work, bank, day, "catch-up");
    row.window_from = next;
    co_return SourceStep::goes_on;
}

constexpr auto sources = std::to_array<CatchUpSource>({
    {"calls_under_way", "", stop_calls_under_way, reads_nothing},
    {"orders_under_way", "", doubt_what_is_open, reads_nothing},
    {"returns_under_way", "", doubt_open_returns, reads_nothing},
    {"fps_transactions", "FasterPayments", ask_for_page, read_page},
    {"chaps_transactions", "Chaps", ask_for_page, read_page},
    {"bacs_transactions", "Bacs", ask_for_page, read_page},
    {"internal_transactions", "Transfer", ask_for_page, read_page},
    {"open_orders", "", ask_about_open_orders, reads_nothing},
    {"statements", "", ask_for_statements, reads_nothing},
});

} // namespace

std::span<const CatchUpSource> catch_up_sources() {
    return sources;
}

Step<> make_catch_up_call(Session& s, const UnitScope& work, const Bank& bank, CatchUpRow& row,
                          domain::CallRequest request) {
    NewCall call;
    call.connector = bank.id;
    call.request_id =
        work.context.derived_ids->request_id(work.tenant, bank.name, token(request.purpose),
                                             {to_string(row.id), std::to_string(row.steps)});
    call.request = std::move(request);
    call.subject = row.id.value;
    call.due_at = work.now;
    const auto made = co_await make_call(s, work, call);
    SETTLED_ASSERT(made.has_value(), "the number of a step is in no other request id");
    row.call = *made;
}

} // namespace settled::units
