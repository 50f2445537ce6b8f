#include "api/handlers/views.h"

#include "domain/members.h"
#include "wire/money.h"
#include "wire/time.h"

#include <array>

namespace settled::api {

namespace {

using wire::JsonWriter;

void write_party(JsonWriter& w, std::string_view key, std::string_view name,
                 std::string_view account) {
    w.key(key).object().member("name", name);
    domain::write_account_members(w, account);
    w.end();
}

// A settlement's, a payment's, an order's, a return's, a posting's, a booking's, a link's, a Bacs
// item's, a notification's or a webhook's, as the kind says.
std::string subject_of(const store::ReviewRow& review) {
    if (store::is_of_settlement(review.kind) || store::is_of_movement(review.kind) ||
        review.kind == store::review_settlement_contradiction)
        return to_string(SettlementId{review.subject_id});
    if (store::is_of_order(review.kind))
        return to_string(OrderId{review.subject_id});
    if (store::is_of_return(review.kind))
        return to_string(ReturnId{review.subject_id});
    if (store::is_of_posting(review.kind))
        return to_string(PostingId{review.subject_id});
    if (review.kind == store::review_booking_not_payable)
        return to_string(BookingId{review.subject_id});
    if (review.kind == store::review_notification_failed)
        return to_string(NotificationId{review.subject_id});
    if (review.kind == store::review_link_unresolved)
        return to_string(LinkId{review.subject_id});
    if (store::is_of_bacs(review.kind))
        return to_string(BacsItemId{review.subject_id});
    if (review.kind == store::review_payment_failed ||
        review.kind == store::review_possible_misallocation)
        return to_string(PaymentId{review.subject_id});
    return to_string(WebhookId{review.subject_id});
}

template <class T, class Members>
void write_object(JsonWriter& w, const T& value, const Members& members) {
    w.object();
    members(w, value);
    w.end();
}

} // namespace

void write_time(JsonWriter& w, std::string_view name, Instant at) {
    w.member(name, wire::to_rfc3339(at));
}

void write_time(JsonWriter& w, std::string_view name, std::optional<Instant> at) {
    if (at)
        write_time(w, name, *at);
    else
        w.key(name).null();
}

void write_payment_members(JsonWriter& w, const domain::Payment& payment) {
    w.member("id", to_string(payment.id)).member("client_id", payment.client_id);
    w.member("status", token(payment.status));
    wire::write_money(w, "amount", payment.amount);
    wire::write_money(w, "settled", {payment.settled_minor, payment.amount.currency});
    w.member("institution_id", payment.institution_id).member("scheme", payment.scheme);
    w.member("reference", payment.reference).member("end_to_end_id", payment.end_to_end_id);
    write_party(w, "payee", payment.payee_name, payment.payee_account);
    write_party(w, "payer", payment.payer_name, payment.payer_account);
    write_time(w, "created_at", payment.created_at);
    write_time(w, "registered_at", payment.registered_at);
}

void write_settlement_members(JsonWriter& w, const domain::Settlement& settlement) {
    w.member("id", to_string(settlement.id)).member("status", token(settlement.status));
    wire::write_money(w, "amount", settlement.amount);
    w.member("scheme", settlement.scheme).member("transaction_id", settlement.transaction_id);
    w.member("reference", settlement.reference);
    w.member("end_to_end_id", settlement.end_to_end_id);
    w.key("account").object();
    domain::write_account_members(w, settlement.account);
    w.end();
    write_party(w, "counterparty", settlement.counterparty_name, settlement.counterparty_account);
    write_time(w, "settled_at", settlement.settled_at);
    write_time(w, "received_at", settlement.received_at);
    // A settlement that the bank's query has shown has none until its webhook comes.
    w.member("webhook_id", settlement.webhook_id ? std::optional(to_string(settlement.webhook_id))
                                                 : std::nullopt);
    w.member("version", settlement.version);
}

void write_payment(JsonWriter& w, const domain::Payment& payment) {
    write_object(w, payment, write_payment_members);
}

void write_settlement(JsonWriter& w, const domain::Settlement& settlement) {
    write_object(w, settlement, write_settlement_members);
}

void write_match(JsonWriter& w, const domain::Match& match) {
    w.object().member("id", to_string(match.id));
    w.member("settlement_id", to_string(match.settlement_id));
    w.member("payment_id", to_string(match.payment_id));
    w.member("rank", static_cast<int>(match.rank)).member("rule", match::token(match.rank));
    w.member("rules", match.rules).member("rule_version", match.rule_version);
    w.member("pairing", token(match.pairing));
    wire::write_money(w, "amount", match.amount);
    w.key("evidence").raw(match.evidence);
    w.member("actor", match.actor);
    write_time(w, "matched_at", match.matched_at);
    write_time(w, "ended_at", match.ended_at);
    w.end();
}

std::span<const std::string_view> decisions_for(std::string_view kind) {
    static constexpr std::array<std::string_view, 4> of_settlement{"accept", "split", "reject",
                                                                   "close"};
    static constexpr std::array<std::string_view, 3> of_unresolved{"ask_again", "settled",
                                                                   "never_paid"};
    static constexpr std::array<std::string_view, 2> of_duplicate{"release", "never_paid"};
    static constexpr std::array<std::string_view, 3> of_posting{"ask_again", "post_again", "drop"};
    static constexpr std::array<std::string_view, 3> of_booking{"try_again", "adjust", "close"};
    static constexpr std::array<std::string_view, 2> of_link{"try_again", "close"};
    static constexpr std::array<std::string_view, 2> of_refused_return{"post_again", "close"};
    static constexpr std::array<std::string_view, 3> of_credit{"came_back", "came_in", "close"};
    if (kind == store::review_posting_failed)
        return of_posting;
    if (kind == store::review_booking_not_payable)
        return of_booking;
    if (kind == store::review_link_unresolved)
        return of_link;
    if (kind == store::review_return_refused)
        return of_refused_return;
    if (kind == store::review_settlement_ambiguous)
        return std::span(of_settlement).first(3);
    if (kind == store::review_suggested_match)
        return of_settlement;
    if (kind == store::review_order_unresolved)
        return of_unresolved;
    if (kind == store::review_possible_duplicate)
        return of_duplicate;
    if (kind == store::review_credit_unclear)
        return of_credit;
    return std::span(of_settlement).last(1);
}

void write_review(JsonWriter& w, const store::ReviewRow& review) {
    w.object();
    write_review_members(w, review);
    w.end();
}

void write_review_members(JsonWriter& w, const store::ReviewRow& review) {
    w.member("id", to_string(review.id)).member("kind", review.kind);
    w.member("subject_id", subject_of(review)).member("status", review.status);
    w.key("detail").raw(review.detail);
    w.key("decisions").array();
    if (review.status == "open")
        for (const std::string_view decision : decisions_for(review.kind))
            w.value(decision);
    w.end();
    w.member("decision", review.decision).member("reason", review.reason);
    w.member("actor", review.actor);
    write_time(w, "created_at", review.created_at);
    write_time(w, "closed_at", review.closed_at);
}

void write_delivery_members(JsonWriter& w, const store::TaskRow& task) {
    w.member("id", to_string(task.id));
    w.member("event_id", to_string(EventId{task.subject_id}));
    w.member("endpoint_id", to_string(EndpointId{task.lane_id}));
    w.member("status", task.status).member("attempts_made", task.attempts);
    const bool is_queued = task.status == token(domain::TaskStatus::queued);
    const bool has_time = is_queued && task.waits == store::Waits::nothing;
    write_time(w, "due_at", has_time ? std::optional(task.due_at) : std::nullopt);
    w.member("outcome", task.outcome.empty() ? std::nullopt : std::optional(task.outcome));
    w.member("batch_id", task.batch ? std::optional(to_string(task.batch)) : std::nullopt);
    write_time(w, "created_at", task.created_at);
    write_time(w, "updated_at", task.updated_at);
}

void write_delivery(JsonWriter& w, const store::TaskRow& task) {
    write_object(w, task, write_delivery_members);
}

void write_words(JsonWriter& w, std::string_view name, std::string_view words) {
    w.key(name).array();
    while (!words.empty()) {
        const std::size_t space = words.find(' ');
        w.value(words.substr(0, space));
        words.remove_prefix(space == words.npos ? words.size() : space + 1);
    }
    w.end();
}

} // namespace settled::api
