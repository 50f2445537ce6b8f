#include "units/returns/return_questions.h"

#include "connectors/clearbank/transactions.h"
#include "store/queries/money/reviews.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/catch_up/learnt.h"
#include "units/returns/return_state.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::OrderFact;
using domain::OrderStatus;
using store::ReturnRow;
using store::Session;
using store::Step;

constexpr std::chrono::hours window{24}; // around the return, in which its debit may be
constexpr std::chrono::hours silent_for_long{24};
constexpr std::size_t returns_at_once = 100;

// What the bank shows of it would decide it.
bool is_open(const ReturnRow& row) {
    return row.status == OrderStatus::submitted || row.status == OrderStatus::held ||
           row.status == OrderStatus::needs_review;
}

// Ever less often once a person is asked.
Instant next_question(const UnitScope& work, const ReturnRow& row) {
    const std::chrono::microseconds soonest = work.context.call_times.ask_submitted_after;
    const std::chrono::microseconds age(work.now.us - row.updated_at.us);
    return work.now + (row.status == OrderStatus::needs_review ? std::max(soonest, age) : soonest);
}

// A server that was away for a day has not asked yet.
Step<bool> was_asked(Session& s, const UnitScope& work, const ReturnRow& row) {
    const auto calls = co_await store::calls_of(s, work.tenant, row.id.value);
    co_return std::ranges::any_of(calls, [](const store::CallRow& call) {
        return call.purpose == CallPurpose::find_transactions;
    });
}

// Neither a webhook nor the bank's list has said anything of it for a day.
Step<bool> is_silent(Session& s, const UnitScope& work, const ReturnRow& row, bool can_ask) {
    const bool is_long = work.now - row.updated_at >= std::chrono::microseconds(silent_for_long);
    if (!is_long || row.status == OrderStatus::needs_review)
        co_return false;
    if (!can_ask)
        co_return true;
    const bool asked = co_await was_asked(s, work, row);
    co_return asked&& row.status == OrderStatus::submitted;
}

// Unless a question waits.
Step<> ask(Session& s, const UnitScope& work, const Bank& bank, const ReturnRow& row) {
    const auto calls = co_await store::calls_of(s, work.tenant, row.id.value);
    std::size_t made = 0;
    for (const store::CallRow& call : calls) {
        if (call.purpose != CallPurpose::find_transactions)
            continue;
        if (call.status == store::call_queued)
            co_return;
        ++made;
    }
    NewCall call;
    call.connector = bank.id;
    call.request = connectors::clearbank::find_transactions_request(
        bank.settings.institution_account, row.end_to_end_id,
        row.created_at - std::chrono::microseconds(window),
        work.now + std::chrono::microseconds(window), 1);
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(CallPurpose::find_transactions),
        {"return", row.transaction_id, std::to_string(made + 1)});
    call.subject = row.id.value;
    call.due_at = work.now;
    (void)co_await make_call(s, work, call);
}

// The bank may hold it for days, as long as it can be asked about it. It is still asked about then.
Step<> end_in_review(Session& s, const UnitScope& work, const ReturnRow& row) {
    if (row.status == OrderStatus::submitted)
        co_await apply_return_news(s, work, row, {.fact = OrderFact::silence});
    else
        co_await review_return(s, work, row, store::review_return_unresolved,
                               "the bank holds it, and cannot be asked about it");
}

// The bank's word for the scheme, which its list does not show.
std::string_view scheme_of(const ReturnRow& row) {
    return row.scheme == "chaps" ? "Chaps" : row.scheme == "bacs" ? "Bacs" : "FasterPayments";
}

} // namespace

Step<> watch_return(Session& s, const UnitScope& work, const ReturnRow& row) {
    if (!is_open(row))
        co_return;
    const bool is_set = co_await store::is_queued(s, work.tenant, store::task_return, row.id.value);
    if (!is_set)
        co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                    store::task_return, row.id.value, 0, next_question(work, row),
                                    work.now);
}

Step<> ask_about_return(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const ReturnId id{task.subject_id};
    const auto seen = co_await store::find_return(s, task.tenant, id);
    if (seen)
        co_await s.lock({store::Lock::calls(task.tenant, seen->connector)});
    const auto row = co_await store::find_return(s, task.tenant, id);
    const auto bank = row ? co_await find_bank(s, task.tenant, row->connector) : std::nullopt;
    const bool goes_on = bank && is_open(*row);
    const bool is_mine = co_await store::update_task(
        s, task.tenant, task.id, goes_on ? domain::TaskStatus::queued : domain::TaskStatus::done,
        task.attempts + 1, goes_on ? next_question(work, *row) : task.due_at, now);
    if (!is_mine || !goes_on)
        co_return;
    const bool can_ask = !row->end_to_end_id.empty();
    const bool is_for_a_person = co_await is_silent(s, work, *row, can_ask);
    if (is_for_a_person)
        co_await end_in_review(s, work, *row);
    else if (can_ask)
        co_await ask(s, work, *bank, *row);
}

Step<bool> read_return_query(Session& s, const UnitScope& work, const Bank& bank,
                             const store::CallRow& call,
                             const std::optional<domain::CallReply>& reply) {
    const auto row = co_await store::find_return(s, work.tenant, ReturnId{call.subject_id});
    if (!row)
        co_return false;
    auto page = reply ? connectors::clearbank::read_transactions(reply->body)
                      : Result<connectors::clearbank::TransactionPage>(
                            fail(Code::reply_unreadable, "no reply"));
    if (!page || !is_open(*row))
        co_return true;
    for (auto& shown : page->transactions) {
        if (shown.credit || !shown.is_settled() || shown.end_to_end_id != row->end_to_end_id)
            continue;
        if (shown.scheme.empty())
            shown.scheme = scheme_of(*row);
        (void)co_await learn_transaction(s, work, bank, shown, false);
    }
    co_return true;
}

Step<> watch_open_returns(Session& s, const UnitScope& work, ConnectorId connector) {
    co_await s.lock({store::Lock::calls(work.tenant, connector)});
    std::int64_t after = 0;
    for (bool more = true; more;) {
        const auto rows =
            co_await store::open_returns_after(s, work.tenant, connector, after, returns_at_once);
        for (const ReturnRow& row : rows) {
            after = row.id.value;
            co_await watch_return(s, work, row);
        }
        more = rows.size() == returns_at_once;
    }
}

} // namespace settled::units
