#include "units/postings/disburse.h"

#include "connectors/mambu/bookings.h"
#include "store/queries/money/bookings.h"
#include "store/queries/money/links.h"
#include "units/calls/hold.h"
#include "units/orders/movement.h"
#include "units/postings/post.h"
#include "units/postings/posting_calls.h"
#include "units/postings/posting_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::OrderStatus;
using domain::PostingFact;
using domain::PostingKind;
using domain::PostingStatus;
using domain::ReplyClass;
using store::PostingRow;
using store::Session;
using store::Step;

// Of an encoded key: 32 hexadecimal digits.
bool looks_like_a_key(std::string_view id) {
    return id.size() == 32 && std::ranges::all_of(id, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

PostingRow disbursement_from(const domain::Order& order, Instant now) {
    PostingRow posting;
    posting.kind = PostingKind::disbursement;
    // Of an order that a person ended, the bank's transaction may be unknown.
    posting.external_id = domain::external_id_of(
        order.transaction_id.empty() ? order.end_to_end_id : order.transaction_id,
        domain::Leg::debit);
    posting.cause = posting.external_id;
    posting.loan_account_id = order.loan_account_id;
    posting.subject = domain::PostingSubject::order;
    posting.subject_id = order.id.value;
    posting.amount = order.amount;
    posting.scheme = order.scheme;
    posting.value_at = now;
    PostingDetail detail;
    detail.payment.creditor = order.creditor;
    detail.payment.debtor = order.debtor;
    detail.payment.reference = order.reference;
    detail.payment.end_to_end_id = order.end_to_end_id;
    detail.payment.bank_transaction_id = order.transaction_id;
    posting.detail = to_json(detail);
    return posting;
}

Step<> disburse_order(Session& s, const UnitScope& work, const CoreBank& core,
                      const domain::Order& order) {
    Instant settled_at = work.now;
    if (order.settlement) {
        const auto movement = co_await store::find_movement(s, work.tenant, *order.settlement);
        if (movement)
            settled_at = movement->settled_at;
    }
    (void)co_await post(s, work, core, disbursement_from(order, settled_at));
}

// What was posted for its debit, also before a restored store knew the order again.
Step<> take_back_of_order(Session& s, const UnitScope& work, const CoreBank& core,
                          const domain::Order& order) {
    const std::string why = "the receiver's bank sent the money back: " + order.reason_code;
    auto postings = co_await store::postings_of(s, work.tenant, order.id.value);
    std::erase_if(postings, [](const PostingRow& posting) {
        return posting.kind != PostingKind::disbursement;
    });
    if (postings.empty() && !order.transaction_id.empty()) {
        auto earlier = co_await store::find_posting_of_cause(
            s, work.tenant, core.id,
            domain::external_id_of(order.transaction_id, domain::Leg::debit));
        if (earlier)
            postings.push_back(*std::move(earlier));
    }
    for (PostingRow& posting : postings)
        co_await take_back(s, work, core, std::move(posting), why);
}

Step<> write_status(Session& s, const UnitScope& work, const CoreBank& core,
                    const store::BookingRow& booking, const domain::Order& order,
                    std::string_view word) {
    if (!core.settings.transaction_fields.status.is_used())
        co_return;
    PostingRow posting;
    posting.kind = PostingKind::status;
    posting.cause = fmt::format("status {} {}", booking.transaction_key, word);
    posting.loan_account_id = booking.loan_account_id;
    posting.subject = domain::PostingSubject::booking;
    posting.subject_id = booking.id.value;
    posting.transaction_key = booking.transaction_key;
    posting.amount = order.amount;
    posting.value_at = work.now;
    PostingDetail detail;
    detail.payment.status = word;
    posting.detail = to_json(detail);
    (void)co_await post(s, work, core, std::move(posting));
}

Step<> adjust_booking(Session& s, const UnitScope& work, const CoreBank& core,
                      const store::BookingRow& booking, const domain::Order& order) {
    std::string why = fmt::format("Payment {} by the bank", token(order.status));
    if (order.status == OrderStatus::cancelled)
        why = "Payment cancelled before it was sent";
    if (!order.reason_code.empty())
        why += fmt::format(": {} {}", order.reason_code, order.reason);
    co_await adjust(s, work, core,
                    {booking.transaction_key, booking.loan_account_id,
                     domain::PostingSubject::booking, booking.id.value, order.amount,
                     std::move(why)});
}

Step<> booked_order_changed(Session& s, const UnitScope& work, const CoreBank& core,
                            const store::BookingRow& booking, const domain::Order& order) {
    switch (order.status) {
    case OrderStatus::held:
        co_await write_status(s, work, core, booking, order, "Held");
        break;
    case OrderStatus::settled:
        co_await write_status(s, work, core, booking, order, "Settled");
        break;
    case OrderStatus::rejected:
    case OrderStatus::returned:
    case OrderStatus::cancelled:
        co_await adjust_booking(s, work, core, booking, order);
        break;
    default:
        break;
    }
}

PostingRow disbursement_from(const store::MovementRow& movement, std::string loan_account_id) {
    PostingRow posting;
    posting.kind = PostingKind::disbursement;
    posting.external_id = domain::external_id_of(movement.transaction_id, domain::Leg::debit);
    posting.cause = posting.external_id;
    posting.loan_account_id = std::move(loan_account_id);
    posting.subject = domain::PostingSubject::settlement;
    posting.subject_id = movement.id.value;
    posting.amount = movement.amount;
    posting.scheme = domain::posting_scheme(movement.scheme, "");
    posting.value_at = movement.settled_at;
    PostingDetail detail;
    detail.payment.creditor.name = movement.counterparty_name;
    detail.payment.creditor.iban = movement.counterparty_account;
    detail.payment.debtor.iban = movement.account;
    detail.payment.end_to_end_id = movement.end_to_end_id;
    detail.payment.bank_transaction_id = movement.transaction_id;
    posting.detail = to_json(detail);
    return posting;
}

} // namespace

bool needs_debit_check(const PostingRow& posting) {
    return posting.kind == PostingKind::disbursement &&
           posting.subject == domain::PostingSubject::settlement &&
           looks_like_a_key(parse_posting_detail(posting.detail).payment.end_to_end_id);
}

Step<> check_debit_first(Session& s, const UnitScope& work, const CoreBank& core,
                         const PostingRow& posting, Instant due_at) {
    const PostingCalls calls = co_await calls_of_posting(s, work, posting);
    const bool is_asked = std::ranges::any_of(calls.all, [](const store::CallRow& call) {
        return call.purpose == domain::CallPurpose::read_booking &&
               call.status == store::call_queued;
    });
    if (is_asked)
        co_return;
    co_await make_core_call(
        s, work, core,
        mambu::read_booking_request(parse_posting_detail(posting.detail).payment.end_to_end_id),
        posting.id.value, posting.cause, calls.count(domain::CallPurpose::read_booking) + 1,
        due_at);
}

Step<> order_changed(Session& s, const UnitScope& work, const domain::Order& order) {
    if (order.core_banking.empty())
        co_return;
    const auto core = co_await find_core_bank(s, work.tenant, order.core_banking);
    if (!core)
        co_return;
    const auto booking = co_await store::find_booking_of_order(s, work.tenant, order.id);
    if (booking)
        co_await booked_order_changed(s, work, *core, *booking, order);
    else if (order.loan_account_id.empty())
        co_return;
    else if (order.status == OrderStatus::settled)
        co_await disburse_order(s, work, *core, order);
    else if (order.status == OrderStatus::returned)
        co_await take_back_of_order(s, work, *core, order);
}

Step<bool> disburse_unexplained(Session& s, const UnitScope& work, ConnectorId connector,
                                const store::MovementRow& movement) {
    const std::string_view scheme = domain::posting_scheme(movement.scheme, "");
    if (movement.credit || movement.is_return || movement.transaction_id.empty() ||
        (scheme != "fps" && scheme != "chaps"))
        co_return false;
    const auto link = co_await store::find_link_by_iban(s, work.tenant, movement.account);
    if (!link || link->core_banking.empty() || link->connector != connector)
        co_return false;
    const auto core = co_await find_core_bank(s, work.tenant, link->core_banking);
    if (!core)
        co_return false;
    const auto booking =
        co_await store::find_booking_of_key(s, work.tenant, core->id, movement.end_to_end_id);
    // A restored store may have forgotten the order that it settles.
    const bool is_known_whole = co_await may_move_money(s, work.tenant);
    if (booking || !is_known_whole)
        co_return false;
    auto posting = co_await insert_new_posting(s, work, *core,
                                               disbursement_from(movement, link->loan_account_id));
    if (!posting)
        co_return false;
    co_await store::set_movement_subject(s, work.tenant, movement.id, posting->id.value);
    if (needs_debit_check(*posting))
        co_await check_debit_first(s, work, *core, *posting, work.now);
    else
        co_await start_posting(s, work, *core, *posting);
    co_return true;
}

Step<> read_debit_check(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
                        const domain::ReplyVerdict& verdict) {
    if (posting.status != PostingStatus::queued)
        co_return;
    if (verdict.reply == ReplyClass::refused) { // it has no such transaction
        co_await start_posting(s, work, core, posting);
        co_return;
    }
    if (verdict.reply != ReplyClass::taken) {
        co_await check_debit_first(s, work, core, posting,
                                   work.now + std::chrono::microseconds(std::chrono::minutes(1)));
        co_return;
    }
    const SettlementId movement{posting.subject_id};
    (void)co_await apply_posting(
        s, work, core, std::move(posting),
        {.fact = PostingFact::dropped,
         .reason_code = "booked_there",
         .reason = "its end-to-end id is a transaction of the core banking system"});
    co_await store::set_movement_subject(s, work.tenant, movement, 0);
    co_await report_unexplained(s, work, core.bank, movement);
}

} // namespace settled::units
