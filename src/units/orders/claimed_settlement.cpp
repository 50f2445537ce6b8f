#include "units/orders/claimed_settlement.h"

#include "base/ascii.h"
#include "connectors/clearbank/transactions.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/orders/movement.h"
#include "units/orders/order_state.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using connectors::clearbank::BankTransaction;
using domain::CallPurpose;
using store::ReviewRow;
using store::Session;
using store::Step;

// As the review keeps it.
struct KeptClaim {
    SettlementClaim claim;
    std::string call_id;
};

std::string text_at(const wire::Json& object, std::string_view member) {
    const auto value = object.member(member);
    return std::string(value ? value->string().value_or("") : "");
}

std::optional<KeptClaim> claim_in(const ReviewRow& review) {
    const auto detail = wire::JsonDocument::parse(review.detail);
    const auto kept = detail ? detail->root().member("claim") : std::nullopt;
    if (!kept)
        return std::nullopt;
    return KeptClaim{
        {text_at(*kept, "transaction_id"), text_at(*kept, "reason"), text_at(*kept, "actor")},
        text_at(*kept, "call_id")};
}

// The review's detail: what opened it, the claim, and what the bank says to the claim ("": not yet).
std::string detail_with(const domain::Order& order, const KeptClaim& kept,
                        std::string_view bank_says) {
    wire::JsonWriter w;
    w.object().member("order_id", to_string(order.id)).member("client_id", order.client_id);
    w.member("end_to_end_id", order.end_to_end_id).member("reason", order.reason);
    w.key("claim").object().member("transaction_id", kept.claim.transaction_id);
    w.member("reason", kept.claim.reason).member("actor", kept.claim.actor);
    w.member("call_id", kept.call_id);
    if (!bank_says.empty())
        w.member("bank_says", bank_says);
    w.end().end();
    return std::move(w).text();
}

// The bank may write the id in one case in its webhooks and in another in its answers.
Step<bool> belongs_to_another(Session& s, const UnitScope& work, const Bank& bank,
                              const domain::Order& order, std::string id) {
    std::string lower = id;
    std::string upper = id;
    std::ranges::transform(lower, lower.begin(), ascii_lower);
    std::ranges::transform(upper, upper.begin(), ascii_upper);
    for (const std::string& spelling : {id, lower, upper}) {
        const auto known =
            co_await store::find_movement_of(s, work.tenant, bank.id, spelling, false);
        if (known && known->subject_id != 0 && known->subject_id != order.id.value)
            co_return true;
    }
    co_return false;
}

// Why the transaction is not the order's; "": it is.
Step<std::string> objection(Session& s, const UnitScope& work, const Bank& bank,
                            const domain::Order& order, std::string_view asked_for,
                            const BankTransaction& transaction) {
    if (!equal_any_case(transaction.transaction_id, asked_for))
        co_return "the bank's answer is about another transaction";
    if (transaction.credit)
        co_return "the transaction is a credit";
    if (!transaction.is_settled())
        co_return fmt::format("the transaction is not settled: its status is {}",
                              transaction.status);
    if (const std::string_view why = debit_mismatch(order, transaction); !why.empty())
        co_return fmt::format("the transaction has {}", why);
    const bool is_taken =
        co_await belongs_to_another(s, work, bank, order, transaction.transaction_id);
    if (is_taken)
        co_return "the transaction belongs to another order, return or direct debit";
    if (transaction.end_to_end_id == order.end_to_end_id)
        co_return "";
    const auto owner = co_await store::find_order_by_end_to_end_id(s, work.tenant, bank.id,
                                                                   transaction.end_to_end_id);
    if (owner)
        co_return fmt::format("the transaction has the end-to-end id of order {}",
                              to_string(owner->id));
    // Without the order's id, the account that was paid has to say that it is this payment.
    if (!is_paid_to_creditor(order, transaction))
        co_return "the transaction shows neither the order's end-to-end id nor its creditor";
    co_return "";
}

Result<BankTransaction> transaction_in(const store::CallRow& call,
                                       const std::optional<domain::CallReply>& reply) {
    if (!reply)
        return fail(Code::reply_unreadable, call.status == store::call_refused
                                                ? "the bank shows no such transaction"
                                                : "the bank gave no answer that could be read");
    return connectors::clearbank::read_transaction(reply->body);
}

} // namespace

Step<Result<>> claim_settlement(Session& s, const UnitScope& work, const Bank& bank,
                                const domain::Order& order, SettlementClaim claim) {
    const auto review = co_await store::find_open_review(
        s, work.tenant, store::review_order_unresolved, order.id.value);
    if (!review)
        co_return fail(Code::state_conflict, "no review of the order is open");
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    NewCall call;
    call.connector = bank.id;
    call.request = connectors::clearbank::find_transaction_request(
        bank.settings.institution_account, claim.transaction_id);
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(CallPurpose::find_transaction),
        {order.end_to_end_id, claim.transaction_id, std::to_string(calls.size())});
    call.subject = order.id.value;
    call.due_at = work.now;
    const auto id = co_await make_call(s, work, call);
    if (!id)
        co_return fail(Code::state_conflict, "the bank is being asked for the transaction already");
    const KeptClaim kept{std::move(claim), to_string(*id)};
    co_await store::update_review_detail(s, work.tenant, review->id, detail_with(order, kept, ""));
    co_return Result<>{};
}

Step<> read_claimed(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                    const std::optional<domain::CallReply>& reply) {
    const auto order = co_await store::find_order(s, work.tenant, OrderId{call.subject_id});
    if (!order)
        co_return;
    const auto review = co_await store::find_open_review(
        s, work.tenant, store::review_order_unresolved, order->id.value);
    const auto kept = review ? claim_in(*review) : std::nullopt;
    if (!kept || kept->call_id != to_string(call.id))
        co_return; // another claim took its place, or the order is decided
    const Result<BankTransaction> transaction = transaction_in(call, reply);
    std::string why;
    if (!transaction)
        why = transaction.error().detail;
    else
        why = co_await objection(s, work, bank, *order, kept->claim.transaction_id, *transaction);
    if (!why.empty()) {
        co_await store::update_review_detail(s, work.tenant, review->id,
                                             detail_with(*order, *kept, why));
        co_return;
    }
    co_await debit_found(s, work, bank, *order, *transaction);
    const auto after = co_await store::find_order(s, work.tenant, order->id);
    if (after->status == domain::OrderStatus::settled)
        co_await store::keep_ruling(s, work.tenant, review->id,
                                    {"settled", kept->claim.reason, kept->claim.actor}, work.now);
}

} // namespace settled::units
