#include "units/returns/send_back.h"

#include "connectors/clearbank/returns.h"
#include "domain/money_out_event.h"
#include "store/queries/inbox.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/deliveries/publish.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using domain::OrderFact;
using domain::OrderStatus;
using domain::OrderStep;
using domain::ReplyClass;
using store::ReturnRow;
using store::Session;
using store::Step;

constexpr std::string_view faster_payments = "FasterPayments";

Step<Result<Bank>> bank_of(Session& s, TenantId tenant, const domain::Settlement& settlement) {
    const auto webhook = co_await store::find_webhook(s, tenant, settlement.webhook_id);
    std::optional<Bank> bank;
    if (webhook)
        bank = co_await find_bank(s, tenant, webhook->connector);
    if (!bank || !domain::makes_calls(bank->settings))
        co_return fail(Code::connector_receives_only,
                       "the connector that the money came by has no API configured, or its "
                       "webhook was released");
    co_return *std::move(bank);
}

Result<> check(const domain::Settlement& settlement, Instant now) {
    if (settlement.status == domain::SettlementStatus::reversed)
        return fail(Code::state_conflict, "the money of this settlement went back already");
    if (settlement.scheme != faster_payments)
        return fail(Code::scheme_not_offered,
                    "only Faster Payments can be returned so far; this settlement came by " +
                        settlement.scheme);
    if (now >
        settlement.settled_at + std::chrono::microseconds(connectors::clearbank::fps_return_within))
        return fail(Code::return_too_late, "the bank returns a Faster Payment within 90 days");
    return {};
}

Step<> tell(Session& s, const UnitScope& work, const ReturnRow& row) {
    const std::string_view type = domain::return_event_type_of(row.status);
    if (type.empty())
        co_return;
    const auto event = domain::return_event(work.context.ids.next<EventId>(), type,
                                            {row.id, row.client_id, row.settlement, row.reason,
                                             row.status, row.reason_code, row.detail},
                                            row.version, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

Step<> open_review(Session& s, const UnitScope& work, const ReturnRow& row, std::string_view kind) {
    wire::JsonWriter w;
    w.object().member("return_id", to_string(row.id));
    w.member("settlement_id", to_string(row.settlement)).member("reason", row.reason);
    w.member("reason_code", row.reason_code).member("detail", row.detail).end();
    co_await open_review_once(s, work, kind, row.id.value, std::move(w).text());
}

struct News {
    OrderFact fact{};
    std::string code = {};
    std::string detail = {};
};

// By the table of orders: a return is a payment that we ask for.
Step<> apply(Session& s, const UnitScope& work, ReturnRow row, News news) {
    const auto move = domain::next(row.status, news.fact);
    if (move.step == OrderStep::contradict)
        co_await open_review(s, work, row, store::review_return_unresolved);
    if (move.step != OrderStep::move)
        co_return;
    row.status = move.status;
    row.reason_code = std::move(news.code);
    row.detail = std::move(news.detail);
    row.updated_at = work.now;
    ++row.version;
    co_await store::update_return(s, work.tenant, row);
    if (row.status == OrderStatus::rejected)
        co_await open_review(s, work, row, store::review_return_refused);
    if (row.status == OrderStatus::needs_review)
        co_await open_review(s, work, row, store::review_return_unresolved);
    co_await tell(s, work, row);
}

} // namespace

Step<Result<ReturnAnswer>> register_return(Session& s, const Context& context,
                                           std::shared_ptr<const ReturnRequest> request) {
    const TenantId tenant = request->tenant;
    const auto settlement = co_await store::find_settlement(s, tenant, request->settlement);
    if (!settlement)
        co_return fail(Code::not_found, "there is no such settlement");
    const auto known = co_await store::find_return_of(s, tenant, request->settlement);
    if (known && known->reason == token(request->reason) && known->client_id == request->client_id)
        co_return ReturnAnswer{*known, false};
    if (known)
        co_return fail(Code::return_exists,
                       "return " + to_string(known->id) + " sends it back already");
    CO_TRY_VOID(check(*settlement, request->now));
    CO_TRY(const Bank bank, co_await bank_of(s, tenant, *settlement));
    co_await s.lock({store::Lock::calls(tenant, bank.id)});
    ReturnRow row;
    row.id = context.ids.next<ReturnId>();
    row.client_id = request->client_id;
    row.settlement = settlement->id;
    row.connector = bank.id;
    row.scheme = "fps";
    row.transaction_id = settlement->transaction_id;
    row.end_to_end_id = settlement->end_to_end_id;
    row.reason = token(request->reason);
    row.created_at = row.updated_at = request->now;
    const bool is_new = co_await store::insert_return(s, tenant, row);
    if (!is_new)
        co_return fail(Code::return_exists, "another return sends it back already");
    const UnitScope work{context, tenant, request->now};
    NewCall call;
    call.connector = bank.id;
    call.request =
        connectors::clearbank::fps_return_request(settlement->transaction_id, request->reason);
    call.request_id = context.derived_ids->request_id(tenant, bank.name,
                                                      token(domain::CallPurpose::return_payment),
                                                      {settlement->transaction_id});
    call.subject = row.id.value;
    call.due_at = request->now;
    (void)co_await make_call(s, work, call);
    co_return ReturnAnswer{std::move(row), true};
}

Step<> read_return(Session& s, const UnitScope& work, const Bank&, const store::CallRow& call,
                   const domain::ReplyVerdict& verdict) {
    auto row = co_await store::find_return(s, work.tenant, ReturnId{call.subject_id});
    if (!row)
        co_return;
    News news;
    if (verdict.reply == ReplyClass::taken)
        news.fact = OrderFact::taken;
    else if (verdict.reply == ReplyClass::refused && call.unread == 0)
        news = {OrderFact::refused, "refused", verdict.reason};
    else if (verdict.reply == ReplyClass::refused || verdict.reply == ReplyClass::received ||
             verdict.reply == ReplyClass::unclear)
        news = {OrderFact::unclear, "", verdict.reason};
    else
        co_return; // it was not taken; it is sent again
    const bool is_over = call.status != store::call_queued;
    co_await apply(s, work, *row, std::move(news));
    // The bank's list does not show which debit is a return: what no webhook resolves is for a
    // person.
    row = co_await store::find_return(s, work.tenant, row->id);
    if (is_over && row->status == OrderStatus::in_doubt)
        co_await open_review(s, work, *row, store::review_return_unresolved);
}

Step<> return_booked(Session& s, const UnitScope& work, SettlementId settlement) {
    auto row = co_await store::find_return_of(s, work.tenant, settlement);
    if (!row)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, row->connector)});
    row = co_await store::find_return_of(s, work.tenant, settlement);
    co_await close_open_review_of(s, work, store::review_return_unresolved, row->id.value);
    co_await apply(s, work, *row, {OrderFact::settled}); // opens it again where it does not fit
}

Step<bool> return_outcome(Session& s, const UnitScope& work, WebhookId webhook,
                          const domain::PaymentOutcomeFact::Item& item) {
    auto row = co_await store::find_return_by_end_to_end_id(s, work.tenant, item.end_to_end_id);
    if (!row)
        co_return false;
    co_await store::add_subject_webhook(s, work.tenant, row->id.value, webhook);
    const bool held = item.outcome == domain::PaymentOutcomeFact::Outcome::held;
    co_await apply(s, work, *std::move(row),
                   {held ? OrderFact::held : OrderFact::rejected, item.reason_code, item.reason});
    co_return true;
}

} // namespace settled::units
