#include "units/returns/send_back.h"

#include "connectors/clearbank/returns.h"
#include "connectors/clearbank/schemes/bacs_return.h"
#include "connectors/clearbank/schemes/chaps.h"
#include "domain/uk/london_time.h"
#include "store/queries/directory.h"
#include "store/queries/inbox.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "store/queries/purged.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/postings/collect.h"
#include "units/postings/post.h"
#include "units/postings/posting_state.h"
#include "units/returns/return_state.h"
#include "units/reviews.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using domain::OrderFact;
using domain::OrderStatus;
using domain::ReplyClass;
using store::ReturnRow;
using store::Session;
using store::Step;

constexpr std::string_view chaps = "Chaps";
constexpr std::string_view bacs = "Bacs";
constexpr std::string_view instruction_prefix = "RET-";

// By which a webhook may name the return of a CHAPS payment.
std::string return_instruction(ReturnId id) {
    return std::string(instruction_prefix) + to_string(id).substr(ReturnIdTag::prefix.size() + 1);
}

std::optional<ReturnId> return_of_instruction(std::string_view text) {
    if (!text.starts_with(instruction_prefix))
        return std::nullopt;
    const auto id = parse_id<ReturnIdTag>(std::string(ReturnIdTag::prefix) + "_" +
                                          std::string(text.substr(instruction_prefix.size())));
    return id ? std::optional(*id) : std::nullopt;
}

std::string_view scheme_of(const domain::Settlement& settlement) {
    return settlement.scheme == chaps ? "chaps" : settlement.scheme == bacs ? "bacs" : "fps";
}

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

// Until when the bank takes the return; nullopt: it has none for that scheme.
std::optional<Instant> deadline_of(const domain::Calendar& calendar,
                                   const domain::Settlement& settlement) {
    const auto within = connectors::clearbank::return_deadline(settlement.scheme);
    if (!within)
        return std::nullopt;
    if (!within->are_working_days)
        return settlement.settled_at + std::chrono::days(within->days);
    const auto day = calendar.working_day_after(settlement.settled_at, within->days);
    if (within->utc_time)
        return Instant{std::chrono::microseconds(day.time_since_epoch()).count()} +
               *within->utc_time;
    return domain::london_moment(day, calendar.chaps_hours.until);
}

Result<> check(const domain::Calendar& calendar, const domain::Settlement& settlement,
               Instant now) {
    if (settlement.status == domain::SettlementStatus::reversed)
        return fail(Code::state_conflict, "the money of this settlement went back already");
    const auto deadline = deadline_of(calendar, settlement);
    if (!deadline)
        return fail(
            Code::scheme_not_offered,
            "the bank returns Faster Payments, CHAPS and Bacs credits; this settlement came "
            "by " +
                settlement.scheme + ": pay it back with an order");
    const Instant due = settlement.scheme == chaps ? calendar.chaps_opening(now) : now;
    if (due >= *deadline)
        return fail(Code::return_too_late, "the bank took its return until " +
                                               wire::to_rfc3339(*deadline) +
                                               ": pay it back with an order");
    return {};
}

Step<domain::CallRequest> request_of(Session& s, TenantId tenant, const Bank& bank,
                                     const domain::Settlement& settlement, const ReturnRow& row,
                                     domain::ReturnReason reason) {
    namespace cb = connectors::clearbank;
    if (settlement.scheme == chaps)
        co_return cb::chaps_return_request(settlement.transaction_id, reason,
                                           return_instruction(row.id));
    if (settlement.scheme != bacs)
        co_return cb::fps_return_request(settlement.transaction_id, reason);
    const std::string& institution = bank.settings.institution_account;
    const auto account =
        co_await store::find_account_by_key(s, tenant, settlement.identity.account);
    const bool is_virtual = account && account->bank_account_id != institution;
    co_return cb::bacs_return_request(institution,
                                      is_virtual ? account->bank_account_id : std::string(),
                                      settlement.transaction_id, reason);
}

// The bank's list does not show which debit is a return: what no webhook resolves is for a person.
Step<> review_if_in_doubt(Session& s, const UnitScope& work, ReturnId id) {
    const auto row = co_await store::find_return(s, work.tenant, id);
    if (row->status == OrderStatus::in_doubt)
        co_await review_return(s, work, *row, store::review_return_unresolved);
}

// That the bank has one already is no rejection: the money may have gone back.
OrderFact fact_of(domain::PaymentOutcomeFact::Outcome outcome) {
    using Outcome = domain::PaymentOutcomeFact::Outcome;
    return outcome == Outcome::held        ? OrderFact::held
           : outcome == Outcome::duplicate ? OrderFact::duplicate
                                           : OrderFact::rejected;
}

// By CHAPS it goes when CHAPS is open.
Step<> ask_bank_to_return(Session& s, const UnitScope& work, const Bank& bank,
                          const ReturnRow& row) {
    const auto settlement = co_await store::find_settlement(s, work.tenant, row.settlement);
    if (!settlement)
        co_return;
    const auto reason = domain::return_reason_named(row.reason);
    NewCall call;
    call.connector = bank.id;
    call.request = co_await request_of(s, work.tenant, bank, *settlement, row,
                                       reason.value_or(domain::ReturnReason::other));
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(domain::CallPurpose::return_payment), {row.transaction_id});
    call.subject = row.id.value;
    call.due_at =
        settlement->scheme == chaps ? work.context.calendar.chaps_opening(work.now) : work.now;
    (void)co_await make_call(s, work, call);
}

// What is posted is adjusted before the bank is called; what was kept may go at once.
Step<> send_back_posted(Session& s, const UnitScope& work, const Bank& bank, const ReturnRow& row,
                        store::PostingRow repayment) {
    const auto core = co_await find_core_bank(s, work.tenant, repayment.connector);
    const bool is_posted = repayment.status == domain::PostingStatus::posted;
    if (core)
        co_await take_back(s, work, *core, std::move(repayment),
                           "the money is sent back: " + row.reason);
    if (!core || !is_posted)
        co_await ask_bank_to_return(s, work, bank, row);
}

// The returns that the bank may mean by an id. Without `is_said`, that it is about a return, an id that
// a payer chose decides for CHAPS only, which does not say IsReturn.
Step<std::vector<ReturnRow>> returns_meant(Session& s, const UnitScope& work, std::string id,
                                           bool is_said) {
    std::vector<ReturnRow> rows;
    if (const auto named = return_of_instruction(id)) {
        auto row = co_await store::find_return(s, work.tenant, *named);
        if (row)
            rows.push_back(*std::move(row));
    }
    if (rows.empty())
        rows = co_await store::open_returns_named(s, work.tenant, id);
    else
        co_return rows;
    if (!is_said)
        std::erase_if(rows, [](const ReturnRow& row) { return row.scheme != "chaps"; });
    if (!rows.empty() || !is_said)
        co_return rows;
    auto last = co_await store::find_return_by_end_to_end_id(s, work.tenant, id); // what comes late
    if (last)
        rows.push_back(*std::move(last));
    co_return rows;
}

// The return of a settlement that has no call yet.
Step<std::optional<ReturnRow>> waiting_return(Session& s, const UnitScope& work,
                                              SettlementId settlement) {
    auto row = co_await store::find_return_of(s, work.tenant, settlement);
    if (!row || row->status != OrderStatus::queued)
        co_return std::nullopt;
    const auto calls = co_await store::calls_of(s, work.tenant, row->id.value);
    co_return calls.empty() ? std::move(row) : std::nullopt;
}

} // namespace

Step<Result<ReturnAnswer>> register_return(Session& s, const Context& context,
                                           std::shared_ptr<const ReturnRequest> request) {
    const TenantId tenant = request->tenant;
    const auto settlement = co_await store::find_settlement(s, tenant, request->settlement);
    if (!settlement) {
        const auto purged = co_await store::find_purged(s, tenant, store::PurgedKind::settlement,
                                                        request->settlement.value);
        if (purged)
            co_return fail(Code::purged, "the settlement was purged " +
                                             wire::to_rfc3339(purged->purged_at) +
                                             ": pay the money back with an order");
        co_return fail(Code::not_found, "there is no such settlement");
    }
    const auto known = co_await store::find_return_of(s, tenant, request->settlement);
    if (known && known->reason == token(request->reason) && known->client_id == request->client_id)
        co_return ReturnAnswer{*known, false};
    if (known)
        co_return fail(Code::return_exists,
                       "return " + to_string(known->id) + " sends it back already");
    CO_TRY_VOID(check(context.calendar, *settlement, request->now));
    CO_TRY(const Bank bank, co_await bank_of(s, tenant, *settlement));
    co_await s.lock({store::Lock::calls(tenant, bank.id)});
    const UnitScope work{context, tenant, request->now};
    auto repayment = co_await repayment_of(s, work, settlement->id);
    if (request->is_refused_repayment)
        repayment.reset(); // who asks knows what becomes of it
    if (repayment && domain::is_under_way(repayment->status))
        co_return fail(Code::posting_in_progress,
                       fmt::format("posting {} of it is {}: wait until that is over",
                                   to_string(repayment->id), token(repayment->status)));
    ReturnRow row;
    row.id = context.ids.next<ReturnId>();
    row.client_id = request->client_id;
    row.settlement = settlement->id;
    row.connector = bank.id;
    row.scheme = scheme_of(*settlement);
    row.transaction_id = settlement->transaction_id;
    row.end_to_end_id = settlement->end_to_end_id;
    row.reason = token(request->reason);
    row.created_at = row.updated_at = request->now;
    const bool is_new = co_await store::insert_return(s, tenant, row);
    if (!is_new)
        co_return fail(Code::return_exists, "another return sends it back already");
    if (repayment)
        co_await send_back_posted(s, work, bank, row, *std::move(repayment));
    else
        co_await ask_bank_to_return(s, work, bank, row);
    co_return ReturnAnswer{std::move(row), true};
}

Step<> read_return(Session& s, const UnitScope& work, const Bank&, const store::CallRow& call,
                   const domain::ReplyVerdict& verdict) {
    auto row = co_await store::find_return(s, work.tenant, ReturnId{call.subject_id});
    if (!row)
        co_return;
    ReturnNews news;
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
    co_await apply_return_news(s, work, *row, std::move(news));
    if (is_over)
        co_await review_if_in_doubt(s, work, row->id);
}

Step<> return_unblocked(Session& s, const UnitScope& work, SettlementId settlement) {
    const auto row = co_await waiting_return(s, work, settlement);
    const auto bank = row ? co_await find_bank(s, work.tenant, row->connector) : std::nullopt;
    if (bank)
        co_await ask_bank_to_return(s, work, *bank, *row);
}

Step<> return_blocked(Session& s, const UnitScope& work, SettlementId settlement,
                      std::string reason) {
    auto row = co_await waiting_return(s, work, settlement);
    if (row)
        co_await apply_return_news(s, work, *std::move(row),
                                   {OrderFact::refused, "adjustment_refused", std::move(reason)});
}

Step<std::optional<SettlementId>> settlement_returned_by(Session& s, const UnitScope& work,
                                                         const domain::SettlementFact& fact) {
    for (const std::string* const text : {&fact.actual_end_to_end_id, &fact.end_to_end_id})
        if (const auto named = return_of_instruction(*text)) {
            const auto row = co_await store::find_return(s, work.tenant, *named);
            if (row)
                co_return row->settlement;
        }
    co_return std::nullopt;
}

Step<> return_restored(Session& s, const UnitScope& work, ReturnRow row) {
    const ReturnId id = row.id;
    co_await apply_return_news(
        s, work, std::move(row),
        {OrderFact::restored, "", "the store was put back to an older state"});
    co_await review_if_in_doubt(s, work, id);
}

Step<> return_booked(Session& s, const UnitScope& work, SettlementId settlement) {
    co_await settlement_went_back(s, work, settlement);
    auto row = co_await store::find_return_of(s, work.tenant, settlement);
    if (!row)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, row->connector)});
    row = co_await store::find_return_of(s, work.tenant, settlement);
    co_await close_open_review_of(s, work, store::review_return_unresolved, row->id.value);
    co_await apply_return_news(s, work, *row,
                               {OrderFact::settled}); // opens it again where it does not fit
}

Step<bool> return_outcome(Session& s, const UnitScope& work, ConnectorId connector,
                          WebhookId webhook, const domain::PaymentOutcomeFact::Item& item,
                          bool is_said) {
    auto rows = co_await returns_meant(s, work, item.end_to_end_id, is_said);
    std::erase_if(rows, [&](const ReturnRow& row) { return row.connector != connector; });
    for (const ReturnRow& row : rows)
        co_await store::add_subject_webhook(s, work.tenant, row.id.value, webhook);
    if (rows.size() > 1) { // payers have chosen the same id
        for (const ReturnRow& row : rows)
            co_await review_return(
                s, work, row, store::review_return_unresolved,
                fmt::format("the bank says of one of {} returns with this end-to-end id: {} {}",
                            rows.size(), item.reason_code, item.reason));
        co_return true;
    }
    if (rows.empty())
        co_return false;
    const ReturnId id = rows.front().id;
    co_await apply_return_news(s, work, rows.front(),
                               {fact_of(item.outcome), item.reason_code, item.reason});
    co_await review_if_in_doubt(s, work, id);
    co_return true;
}

} // namespace settled::units
