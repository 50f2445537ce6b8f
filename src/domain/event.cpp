#include "domain/event.h"

#include "domain/event_envelope.h"
#include "domain/key_event.h"
#include "domain/members.h"
#include "domain/operating_event.h"
#include "domain/unmatched_event.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::domain {

namespace {

using wire::JsonWriter;

constexpr std::array event_types{
    settlement_matched,
    settlement_unmatched,
    settlement_ambiguous,
    settlement_reversed,
    payment_overdue,
    payment_registered_late,
    payment_partially_settled,
    settlement_unexplained,
    order_submitted,
    order_settled,
    order_rejected,
    order_held,
    order_returned,
    order_needs_review,
    order_cancelled,
    link_created,
    link_failed,
    link_disabled,
    return_submitted,
    return_settled,
    return_rejected,
    return_needs_review,
    repayment_posted,
    repayment_returned,
    repayment_suspended,
    repayment_adjusted,
    posting_failed,
    bacs_credit_announced,
    bacs_credit_held,
    bacs_credit_needs_review,
    bacs_credit_recalled,
    bacs_credit_returned,
    bacs_credit_unapplied,
    direct_debit_announced,
    direct_debit_settled,
    direct_debit_returned,
    direct_debit_claimed,
    direct_debit_unpaid,
    mandate_initiated,
    mandate_migrated,
    mandate_cancelled,
    mandate_returned,
    mandate_failed,
    connector_failing,
    key_expiring,
    key_expired,
    key_unavailable,
    key_recovered,
    connector_silent,
    connector_recovered,
    node_lost,
    notification_received,
    endpoint_disabled,
    endpoint_failing,
    endpoint_recovered,
    delivery_dead,
    test_ping,
};

// Which ids the subjects of events have, by the first word of their types.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> subject_prefixes{{
    {"settlement", SettlementIdTag::prefix},
    {"payment", PaymentIdTag::prefix},
    {"order", OrderIdTag::prefix},
    {"link", LinkIdTag::prefix},
    {"return", ReturnIdTag::prefix},
    {"connector", ConnectorIdTag::prefix},
    {"node", "nod"},
    {"endpoint", EndpointIdTag::prefix},
    {"delivery", EndpointIdTag::prefix},
    {"repayment", "pst"},
    {"posting", "pst"},
    {"mandate", "bac"},
    {"direct_debit", "bac"},
    {"bacs_credit", "bac"},
    {"test", EndpointIdTag::prefix},
}};

void write_settlement(JsonWriter& w, const Settlement& settlement) {
    w.key("settlement").object().member("id", to_string(settlement.id));
    wire::write_money(w, "amount", settlement.amount);
    w.member("scheme", settlement.scheme);
    w.member("settled_at", wire::to_rfc3339(settlement.settled_at));
    w.member("transaction_id", settlement.transaction_id);
    w.member("reference", settlement.reference);
    w.member("end_to_end_id", settlement.end_to_end_id);
    w.key("account").object();
    write_account_members(w, settlement.account);
    w.end().key("counterparty").object().member("name", settlement.counterparty_name);
    write_account_members(w, settlement.counterparty_account);
    w.end().end();
}

void write_payment(JsonWriter& w, const Payment& payment) {
    w.key("payment").object().member("id", to_string(payment.id));
    w.member("client_id", payment.client_id);
    w.member("status", token(payment.status));
    wire::write_money(w, "amount", payment.amount);
    wire::write_money(w, "remaining", payment.identity.amount);
    w.member("scheme", payment.scheme).member("reference", payment.reference);
    w.member("created_at", wire::to_rfc3339(payment.created_at)).end();
}

// [{"payment_id":"pay_…","client_id":"order-1"},…]
void write_payments(JsonWriter& w, std::string_view name, const std::vector<PaymentIds>& payments) {
    w.key(name).array();
    for (const PaymentIds& payment : payments) {
        w.object();
        write_payment_ids(w, payment);
        w.end();
    }
    w.end();
}

void write_match(JsonWriter& w, const Money& expected, const Match& match) {
    w.key("match").object().member("rank", static_cast<int>(match.rank));
    w.member("rule", match::token(match.rank)).member("pairing", token(match.pairing));
    w.key("variance");
    // A part is no variance: payment.partially_settled reports what is still to come.
    if (match.amount == expected || match.pairing == Pairing::split ||
        match.pairing == Pairing::merge)
        w.null();
    else
        w.raw(variance(expected, match.amount));
    if (match.pairing == Pairing::split || match.pairing == Pairing::merge)
        wire::write_money(w, "amount", match.amount);
    w.end();
}

} // namespace

std::span<const std::string_view> all_event_types() {
    return event_types;
}

bool is_event_type(std::string_view type) {
    return std::ranges::find(event_types, type) != event_types.end();
}

bool wants(std::string_view filter, std::string_view type) {
    if (filter == "*" || type == test_ping)
        return true;
    while (!filter.empty()) {
        const std::size_t space = filter.find(' ');
        if (filter.substr(0, space) == type)
            return true;
        filter.remove_prefix(space == filter.npos ? filter.size() : space + 1);
    }
    return false;
}

Event matched_event(EventId id, const Settlement& settlement, std::int64_t version,
                    const Payment& payment, const Match& match, Instant now) {
    return make_event(id, settlement_matched, settlement.id.value, version, now,
                      [&](JsonWriter& w) {
                          write_payment_ids(w, ids_of(payment));
                          write_settlement(w, settlement);
                          write_match(w, payment.amount, match);
                      });
}

Event unmatched_event(EventId id, const Settlement& settlement, Instant now,
                      const std::optional<Undone>& undone) {
    return make_event(id, settlement_unmatched, settlement.id.value, settlement.version + 1, now,
                      [&](JsonWriter& w) {
                          write_settlement(w, settlement);
                          w.key("nearest").null();
                          if (!undone)
                              return;
                          w.key("undone").object();
                          write_payment_ids(w, undone->payment);
                          w.member("reason", undone->reason).end();
                      });
}

Event unmatched_event_near(EventId id, const Settlement& settlement, std::string_view nearest,
                           Instant now) {
    return make_event(id, settlement_unmatched, settlement.id.value, settlement.version + 1, now,
                      [&](JsonWriter& w) {
                          write_settlement(w, settlement);
                          w.key("nearest").raw(nearest.empty() ? "null" : nearest);
                      });
}

Event reversed_event(EventId id, const Settlement& settlement, const Reversal& reversal,
                     const std::vector<PaymentIds>& payments, Instant now) {
    return make_event(id, settlement_reversed, settlement.id.value, settlement.version + 1, now,
                      [&](JsonWriter& w) {
                          write_payments(w, "payments", payments);
                          w.key("reversal").object().member("id", to_string(reversal.id));
                          w.member("transaction_id", reversal.transaction_id);
                          w.member("reversed_at", wire::to_rfc3339(reversal.identity.at));
                          w.member("reason", reversal.reason).end();
                          write_settlement(w, settlement);
                      });
}

Event partially_settled_event(EventId id, const Payment& payment, const Match& match, Instant now) {
    return make_event(id, payment_partially_settled, payment.id.value, payment.version, now,
                      [&](JsonWriter& w) {
                          write_payment_ids(w, ids_of(payment));
                          w.member("settlement_id", to_string(match.settlement_id));
                          wire::write_money(w, "received", match.amount);
                          write_payment(w, payment);
                      });
}

Event overdue_event(EventId id, const Payment& payment, Instant due, Instant now) {
    return make_event(id, payment_overdue, payment.id.value, payment.version, now,
                      [&](JsonWriter& w) {
                          write_payment_ids(w, ids_of(payment));
                          w.member("due_at", wire::to_rfc3339(due));
                          write_payment(w, payment);
                      });
}

Event registered_late_event(EventId id, const Payment& payment, ReviewId review,
                            const std::vector<SettlementId>& settlements, Instant now) {
    return make_event(id, payment_registered_late, payment.id.value, payment.version, now,
                      [&](JsonWriter& w) {
                          write_payment_ids(w, ids_of(payment));
                          w.member("review_id", to_string(review));
                          w.key("settlement_ids").array();
                          for (const SettlementId settlement : settlements)
                              w.value(to_string(settlement));
                          w.end();
                          write_payment(w, payment);
                      });
}

Event ambiguous_event(EventId id, const Settlement& settlement, ReviewId review,
                      const std::vector<PaymentIds>& candidates, Instant now) {
    return make_event(id, settlement_ambiguous, settlement.id.value, settlement.version + 1, now,
                      [&](JsonWriter& w) {
                          w.member("review_id", to_string(review));
                          write_payments(w, "candidates", candidates);
                          write_settlement(w, settlement);
                      });
}

Event ping_event(EventId id, EndpointId endpoint, std::int64_t version, Instant now) {
    return make_event(id, test_ping, endpoint.value, version, now,
                      [&](JsonWriter& w) { w.member("endpoint_id", to_string(endpoint)); });
}

std::string subject_text(std::string_view type, std::int64_t subject_id) {
    const std::string_view first = type.substr(0, type.find('.'));
    const auto* const found = std::ranges::find(
        subject_prefixes, first, &std::pair<std::string_view, std::string_view>::first);
    return found == subject_prefixes.end() ? std::string() : encode_id(found->second, subject_id);
}

Result<std::string> subject_of(std::string_view body) {
    TRY(const auto document, wire::JsonDocument::parse(body));
    if (const auto subject = document.root().member("subject"))
        if (const auto text = subject->string())
            return std::string(*text);
    // Bodies that were made before they had the member.
    const auto data = document.root().member("data");
    const auto settlement = data ? data->member("settlement") : std::nullopt;
    const auto payment = data ? data->member("payment") : std::nullopt;
    const auto id = settlement ? settlement->member("id")
                    : payment  ? payment->member("id")
                    : data     ? data->member("endpoint_id")
                               : std::nullopt;
    if (!id || !id->string())
        return fail(Code::value_invalid, "the event names no subject");
    return std::string(*id->string());
}

} // namespace settled::domain
