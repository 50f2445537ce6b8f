#include "domain/money_out_event.h"

#include "domain/event_envelope.h"
#include "wire/money.h"

#include <array>

namespace settled::domain {

namespace {

using wire::JsonWriter;

// By OrderStatus; "": no event is published.
constexpr std::array<std::string_view, 9> order_types{
    "", order_submitted,    order_held,     order_settled, order_rejected, order_returned,
    "", order_needs_review, order_cancelled};
constexpr std::array<std::string_view, 9> return_types{
    "", return_submitted, "", return_settled, return_rejected, "", "", return_needs_review, ""};

void write_reason(JsonWriter& w, std::string_view code, std::string_view reason, Advice advice) {
    if (code.empty() && reason.empty())
        return;
    w.member("reason_code", code).member("reason", reason);
    if (advice != Advice::none)
        w.member("advice", token(advice));
}

} // namespace

std::string_view event_type_of(OrderStatus status) {
    return order_types[static_cast<std::size_t>(status)];
}

Event order_event(EventId id, std::string_view type, const Order& order, std::string_view connector,
                  Instant now) {
    return make_event(id, type, order.id.value, order.version, now, [&](JsonWriter& w) {
        w.member("order_id", to_string(order.id)).member("client_id", order.client_id);
        w.member("connector", connector).member("status", token(order.status));
        w.member("scheme", order.scheme);
        wire::write_money(w, "amount", order.amount);
        w.member("reference", order.reference).member("end_to_end_id", order.end_to_end_id);
        if (!order.loan_account_id.empty())
            w.member("loan_account_id", order.loan_account_id);
        if (!order.transaction_id.empty())
            w.member("transaction_id", order.transaction_id);
        write_reason(w, order.reason_code, order.reason, order.advice);
    });
}

Event link_event(EventId id, std::string_view type, const LinkFacts& link, std::int64_t version,
                 Instant now) {
    return make_event(id, type, link.id.value, version, now, [&](JsonWriter& w) {
        w.member("link_id", to_string(link.id)).member("client_id", link.client_id);
        w.member("connector", link.connector);
        if (!link.core_banking.empty())
            w.member("core_banking", link.core_banking);
        w.member("loan_account_id", link.loan_account_id).member("status", link.status);
        w.member("iban", link.iban).member("virtual_account_id", link.virtual_account_id);
        if (type == link_failed)
            w.key("errors").raw(link.errors);
    });
}

std::string_view return_event_type_of(OrderStatus status) {
    return return_types[static_cast<std::size_t>(status)];
}

Event return_event(EventId id, std::string_view type, const ReturnFacts& facts,
                   std::int64_t version, Instant now) {
    return make_event(id, type, facts.id.value, version, now, [&](JsonWriter& w) {
        w.member("return_id", to_string(facts.id)).member("client_id", facts.client_id);
        w.member("settlement_id", to_string(facts.settlement)).member("reason", facts.reason);
        w.member("status", token(facts.status));
        if (!facts.reason_code.empty())
            w.member("reason_code", facts.reason_code).member("detail", facts.detail);
    });
}

Event unexplained_event(EventId id, const MovementFacts& movement, Instant now) {
    return make_event(id, settlement_unexplained, movement.id.value, 1, now, [&](JsonWriter& w) {
        w.key("settlement").object().member("id", to_string(movement.id));
        w.member("direction", movement.credit ? "credit" : "debit");
        w.member("is_return", movement.is_return);
        wire::write_money(w, "amount", movement.amount);
        w.member("scheme", movement.scheme).member("connector", movement.connector);
        w.member("settled_at", wire::to_rfc3339(movement.settled_at));
        w.member("transaction_id", movement.transaction_id);
        w.member("end_to_end_id", movement.end_to_end_id).member("account", movement.account);
        w.key("counterparty").object().member("name", movement.counterparty_name);
        w.member("account", movement.counterparty_account).end().end();
        if (movement.review)
            w.member("review_id", to_string(*movement.review));
    });
}

Event connector_failing_event(EventId id, ConnectorId connector, std::string_view name,
                              std::string_view reason, std::int64_t version, Instant now) {
    return make_event(id, connector_failing, connector.value, version, now, [&](JsonWriter& w) {
        w.member("connector_id", to_string(connector)).member("connector", name);
        w.member("reason", reason);
    });
}

} // namespace settled::domain
