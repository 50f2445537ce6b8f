// Events about orders, links, returns and connectors.
#pragma once

#include "domain/event.h"
#include "domain/order.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::domain {

// The type of the event that reports a status; "": none does.
std::string_view event_type_of(OrderStatus status);
// `order` as it is after the change, with the version of this event.
Event order_event(EventId id, std::string_view type, const Order& order, std::string_view connector,
                  Instant now);

struct LinkFacts {
    LinkId id;
    std::string client_id;
    std::string connector;
    std::string core_banking;
    std::string loan_account_id;
    std::string status;
    std::string iban;
    std::string virtual_account_id;
    std::string errors; // JSON
};
Event link_event(EventId id, std::string_view type, const LinkFacts& link, std::int64_t version,
                 Instant now);

struct ReturnFacts {
    ReturnId id;
    std::string client_id;
    SettlementId settlement;
    std::string reason;
    OrderStatus status = OrderStatus::queued;
    std::string reason_code;
    std::string detail;
};
std::string_view return_event_type_of(OrderStatus status);
Event return_event(EventId id, std::string_view type, const ReturnFacts& facts,
                   std::int64_t version, Instant now);

struct MovementFacts {
    SettlementId id;
    std::string connector;
    std::string transaction_id;
    bool credit = false;
    bool is_return = false;
    Money amount;
    std::string scheme;
    std::string end_to_end_id;
    std::string account;
    std::string counterparty_name;
    std::string counterparty_account;
    Instant settled_at;
    std::optional<ReviewId> review;
};
Event unexplained_event(EventId id, const MovementFacts& movement, Instant now);

// `reason`: the other side's words.
Event connector_failing_event(EventId id, ConnectorId connector, std::string_view name,
                              std::string_view reason, std::int64_t version, Instant now);

} // namespace settled::domain
