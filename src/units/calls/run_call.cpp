#include "units/calls/run_call.h"

#include "base/limits.h"
#include "connectors/call_rules.h"
#include "domain/money_out_event.h"
#include "store/queries/calls.h"
#include "store/queries/money/returns.h"
#include "units/bacs/bacs_news.h"
#include "units/calls/bank.h"
#include "units/calls/hold.h"
#include "units/catch_up/catch_up.h"
#include "units/deliveries/publish.h"
#include "units/links/link.h"
#include "units/matching/pairing.h"
#include "units/notifications/notification.h"
#include "units/orders/ask_bank.h"
#include "units/orders/claimed_settlement.h"
#include "units/orders/pay.h"
#include "units/postings/core_bank.h"
#include "units/postings/core_replies.h"
#include "units/returns/return_questions.h"
#include "units/returns/send_back.h"
#include "units/statements/bank_statement.h"
#include "units/watching/recovered_connector.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::ReplyClass;
using store::CallRow;
using store::ConnectorState;
using store::Session;
using store::Step;

constexpr std::size_t orphans_at_once = 200;

// Passes what came of a try to the units that read it, by the purpose of the call.
Step<> read_by_purpose(Session& s, const UnitScope& work, const Bank& bank, const CallRow& call,
                       const domain::ReplyVerdict& verdict,
                       const std::optional<domain::CallReply>& reply,
                       std::shared_ptr<const DownloadedPage> page = nullptr) {
    if (bank.kind == domain::connector_mambu) {
        co_await read_core_reply(s, work, bank, call, verdict, reply);
        co_return;
    }
    switch (call.purpose) {
    case CallPurpose::pay:
        co_await read_payment(s, work, bank, call, verdict, reply);
        break;
    case CallPurpose::return_payment:
        co_await read_return(s, work, bank, call, verdict);
        break;
    case CallPurpose::find_transactions: {
        if (call.status == store::call_queued)
            break;
        const auto& taken = verdict.reply == ReplyClass::taken ? reply : std::nullopt;
        const bool of_booking = co_await read_bank_about_booking(s, work, call, verdict, reply);
        const bool is_read = of_booking || co_await read_return_query(s, work, bank, call, taken);
        if (!is_read)
            co_await read_query(s, work, bank, call, taken);
        break;
    }
    case CallPurpose::list_transactions:
        if (call.status != store::call_queued)
            co_await read_catch_up(s, work, bank, call,
                                   verdict.reply == ReplyClass::taken ? reply : std::nullopt);
        break;
    case CallPurpose::open_account:
    case CallPurpose::disable_account:
    case CallPurpose::list_accounts:
    case CallPurpose::find_account:
        co_await read_link_reply(s, work, bank, call, verdict, reply);
        break;
    case CallPurpose::find_transaction:
        if (call.status != store::call_queued)
            co_await read_claimed(s, work, bank, call,
                                  verdict.reply == ReplyClass::taken ? reply : std::nullopt);
        break;
    case CallPurpose::find_bacs_credit:
        if (call.status != store::call_queued)
            co_await read_bacs_query(s, work, bank, call,
                                     verdict.reply == ReplyClass::taken ? reply : std::nullopt);
        break;
    case CallPurpose::request_statement:
        co_await read_statement_request(s, work, bank, call, verdict);
        break;
    case CallPurpose::download_statement:
        co_await read_statement_page(s, work, bank, call, verdict, reply, page);
        break;
    default: // a test
        break;
    }
}

// The other side forgets the request's id sooner or later, by its kind.
domain::CallTimes times_of(const Context& context, const Bank& bank) {
    domain::CallTimes times = context.call_times;
    times.repeat_within = connectors::repeat_within(bank.kind, times);
    return times;
}

// The bank may have forgotten the request's id at that time, and it may have the request: it is not
// sent again.
bool is_forgotten(const CallRow& call, const domain::CallTimes& times, Instant at) {
    return call.unread > 0 && call.first_sent_at &&
           *call.first_sent_at + std::chrono::microseconds(times.repeat_within) < at;
}

// What becomes of the call itself.
void end_or_repeat(CallRow& call, const domain::ReplyVerdict& verdict,
                   const domain::CallTimes& times, Instant now) {
    using std::chrono::microseconds;
    call.reply_class = token(verdict.reply);
    call.reason = verdict.reason;
    call.updated_at = now;
    const auto wait = verdict.wait.value_or(std::chrono::seconds(0));
    switch (verdict.reply) {
    case ReplyClass::taken:
    case ReplyClass::received:
        call.status = store::call_done;
        return;
    case ReplyClass::refused:
        call.status = store::call_refused;
        return;
    case ReplyClass::throttled:
    case ReplyClass::ours:
        call.due_at =
            now + microseconds(verdict.reply == ReplyClass::ours ? times.probe_every : wait);
        break;
    case ReplyClass::unclear: {
        const auto again = static_cast<std::size_t>(call.unread++);
        if (again >= times.retry_after.size() || domain::writes_to_core_bank(call.purpose)) {
            call.status = store::call_unclear;
            return;
        }
        call.due_at =
            std::max(now + microseconds(times.retry_after[again]), now + microseconds(wait));
        break;
    }
    }
    if (is_forgotten(call, times, call.due_at))
        call.status = store::call_unclear;
}

Step<> tell_failing(Session& s, const UnitScope& work, const Bank& bank,
                    const ConnectorState& state) {
    const auto event =
        domain::connector_failing_event(work.context.ids.next<EventId>(), bank.id, bank.name,
                                        state.pause_reason, state.version, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

// What the reply says about the connector as a whole.
Step<> keep_state(Session& s, const UnitScope& work, const Bank& bank,
                  const domain::ReplyVerdict& verdict) {
    using std::chrono::microseconds;
    auto state = co_await store::find_connector_state(s, work.tenant, bank.id);
    const bool was_failing = state.failing;
    if (verdict.reply == ReplyClass::throttled) {
        state.paused_until =
            std::max(state.paused_until,
                     work.now + microseconds(verdict.wait.value_or(std::chrono::seconds(30))));
        state.pause_reason = verdict.reason;
    } else if (verdict.reply == ReplyClass::ours) {
        state.failing = true;
        state.paused_until = std::max(state.paused_until,
                                      work.now + microseconds(work.context.call_times.probe_every));
        state.pause_reason = verdict.reason;
        state.version += was_failing ? 0 : 1;
    } else if (was_failing && verdict.reply != ReplyClass::unclear) {
        state.failing = false;
        state.pause_reason.clear();
    } else {
        co_return;
    }
    co_await store::put_connector_state(s, state);
    if (state.failing && !was_failing)
        co_await tell_failing(s, work, bank, state);
    if (!state.failing && was_failing)
        co_await publish_recovered(s, work.context, work.tenant, bank.id, work.now);
}

// The bank has shown the return before its call was sent: another server sent it, from a store that was
// put back since.
Step<bool> is_needless(Session& s, const UnitScope& work, const CallRow& call) {
    if (call.purpose != CallPurpose::return_payment)
        co_return false;
    const auto row = co_await store::find_return(s, work.tenant, ReturnId{call.subject_id});
    co_return row&& domain::is_final(row->status);
}

// Whether a call that is due is sent. A try that a crash cut short had no readable reply, whatever
// the bank has done; and after a long downtime it is too late for a repeat.
Step<bool> may_go(Session& s, const UnitScope& work, const Bank& bank, CallRow& call) {
    const bool waits = co_await wait_for_hours(s, work, call);
    if (waits)
        co_return false;
    domain::ReplyVerdict verdict{ReplyClass::unclear, std::nullopt, {}};
    const bool needless = co_await is_needless(s, work, call);
    if (needless) {
        call.status = store::call_cancelled;
        call.updated_at = work.now;
        co_await store::update_call(s, call);
        co_return false;
    }
    const domain::CallTimes times = times_of(work.context, bank);
    const std::int64_t cut = co_await store::cut_tries(s, work.tenant, call.id);
    if (is_platform(bank)) { // asking twice changes nothing
        if (cut > 0)
            co_await store::close_cut_tries(s, work.tenant, call.id);
        co_return true;
    }
    if (cut > 0) {
        co_await store::close_cut_tries(s, work.tenant, call.id);
        verdict.reason = "the server ended while it waited for the reply";
        end_or_repeat(call, verdict, times, work.now);
        call.due_at = work.now; // its wait is over
    } else if (is_forgotten(call, times, work.now)) {
        verdict.reason = "the server was down until it was too late for a repeat";
        call.reason = verdict.reason;
        call.updated_at = work.now;
    } else {
        co_return true;
    }
    if (is_forgotten(call, times, work.now))
        call.status = store::call_unclear;
    co_await store::update_call(s, call);
    co_await read_by_purpose(s, work, bank, call, verdict, std::nullopt);
    co_return call.status == store::call_queued;
}

// Everything that waits for a call of its own gets one.
Step<> make_calls_due(Session& s, const UnitScope& work, const Bank& bank, const Hold& hold) {
    if (!hold.restored) {
        co_await gather_orders(s, work, bank, store::WaitingOrders::all);
    } else if (!hold.held) {
        co_await look_up_waiting(s, work, bank, hold.newest_at);
        co_await gather_orders(s, work, bank, store::WaitingOrders::cleared);
    }
    co_await ask_about_silent(s, work, bank);
    co_await step_catch_up(s, work, bank);
}

} // namespace

Step<std::vector<CallToSend>> next_calls(Session& s, const Context& context, CallQuery query) {
    std::vector<CallToSend> sent;
    const UnitScope work{context, query.tenant, query.now};
    const auto bank = co_await find_bank(s, query.tenant, query.connector);
    const store::Locks locks = co_await locks_of_calls(s, query.tenant, bank, query.connector);
    co_await s.lock(locks);
    if (query.frees_orphans)
        (void)co_await store::free_orphan_calls(s, query.tenant, query.holder, orphans_at_once);
    const auto state = co_await store::find_connector_state(s, query.tenant, query.connector);
    if (state.is_paused(query.now))
        co_return sent;
    if (!bank || !domain::makes_calls(bank->settings))
        co_return sent;
    const Hold hold = co_await hold_of(s, query.tenant);
    if (is_bank(*bank))
        co_await make_calls_due(s, work, *bank, hold);
    const std::size_t room = state.failing ? std::min<std::size_t>(query.room, 1) : query.room;
    const auto which = hold.held ? store::CallsDue::that_move_nothing : store::CallsDue::all;
    auto due = co_await store::due_calls(s, query.tenant, query.connector, query.now, which, room);
    for (CallRow& call : due) {
        const bool goes = co_await may_go(s, work, *bank, call);
        const bool taken = goes && co_await store::begin_try(s, call, query.holder, query.now);
        if (taken)
            sent.push_back({query.tenant,
                            call.id,
                            query.connector,
                            call.request,
                            call.request_id,
                            call.tries,
                            {query.holder, call.fence}});
    }
    co_return sent;
}

Step<CallEnd> end_call(Session& s, const Context& context, std::shared_ptr<const EndedTry> ended) {
    const EndedTry& e = *ended;
    const UnitScope work{context, e.tenant, e.now};
    const auto bank = co_await find_bank(s, e.tenant, e.connector);
    const store::Locks locks = co_await locks_of_calls(s, e.tenant, bank, e.connector);
    co_await s.lock(locks);
    auto call = co_await store::find_call(s, e.tenant, e.id);
    if (!call || !bank)
        co_return CallEnd{true, {}};
    if (is_platform(*bank))
        co_return co_await end_fetch(s, work, *bank, *std::move(call), e);
    const domain::ReplyVerdict verdict =
        e.not_sent.empty() ? connectors::classify(bank->kind, call->purpose, e.reply)
                           : domain::ReplyVerdict{ReplyClass::ours, std::nullopt, e.not_sent};
    store::TryEnd end{e.claim,
                      e.number,
                      e.latency.count(),
                      e.reply ? std::optional<std::int64_t>(e.reply->status) : std::nullopt,
                      e.reply ? std::string(token(verdict.reply)) : e.error,
                      e.reply ? e.reply->body.substr(0, limits::answer_bytes_kept) : std::string()};
    const bool held = co_await store::end_try(s, e.tenant, e.id, end, e.now);
    if (!held)
        co_return CallEnd{true, verdict};
    call->http_status = end.http_status;
    const CallRow before = *call;
    end_or_repeat(*call, verdict, times_of(context, *bank), e.now);
    co_await store::update_call(s, *call);
    co_await keep_state(s, work, *bank, verdict);
    CallRow read = *call;
    read.unread = before.unread; // earlier tries: this one is `verdict`
    domain::ReplyVerdict whole = verdict;
    if (call->status == store::call_unclear) // no other try says what came of those before
        whole.reply = ReplyClass::unclear;
    co_await read_by_purpose(s, work, *bank, read, whole, e.reply, e.page);
    co_return CallEnd{false, verdict};
}

Step<Result<>> pause_connector(Session& s, TenantId tenant, ConnectorId connector,
                               std::string actor, std::string reason) {
    co_await s.lock({store::Lock::calls(tenant, connector)});
    auto state = co_await store::find_connector_state(s, tenant, connector);
    state.paused_by = actor.empty() ? "operator" : std::move(actor);
    state.pause_reason = std::move(reason);
    co_await store::put_connector_state(s, state);
    co_return Result<>{};
}

Step<Result<>> resume_connector(Session& s, TenantId tenant, ConnectorId connector, Instant now) {
    co_await s.lock({store::Lock::calls(tenant, connector)});
    auto state = co_await store::find_connector_state(s, tenant, connector);
    state.paused_by.clear();
    state.pause_reason.clear();
    state.paused_until = Instant{0};
    state.failing = false;
    co_await store::put_connector_state(s, state);
    // What waited for the next probe goes now.
    co_await store::hurry_calls(s, tenant, connector, now);
    co_return Result<>{};
}

} // namespace settled::units
