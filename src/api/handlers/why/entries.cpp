#include "api/handlers/why/entries.h"

#include "api/handlers/why/why_text.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::api {

std::string details_of(std::initializer_list<std::pair<std::string_view, std::string>> members) {
    wire::JsonWriter w;
    w.object();
    for (const auto& [name, value] : members)
        if (!value.empty())
            w.member(name, value);
    w.end();
    return std::move(w).text();
}

TimelineEntry entry_of(const domain::Payment& payment) {
    return {{payment.registered_at.us, EntryKind::payment, payment.id.value},
            to_string(payment.id),
            fmt::format("payment {} registered: {}", payment.client_id, terms_of(payment)),
            "",
            details_of({{"client_id", payment.client_id},
                        {"status", std::string(token(payment.status))}})};
}

TimelineEntry entry_of(const domain::Settlement& settlement) {
    return {{settlement.received_at.us, EntryKind::settlement, settlement.id.value},
            to_string(settlement.id),
            "money arrived: " + terms_of(settlement),
            "",
            details_of({{"transaction_id", settlement.transaction_id},
                        {"status", std::string(token(settlement.status))}})};
}

TimelineEntry entry_of(const domain::Match& match, std::string_view client_id) {
    return {{match.matched_at.us, EntryKind::match, match.id.value},
            to_string(match.id),
            match_text(match, client_id),
            match.actor,
            details_of({{"payment_id", to_string(match.payment_id)},
                        {"settlement_id", to_string(match.settlement_id)},
                        {"rule", std::string(token(match.rank))},
                        {"pairing", std::string(token(match.pairing))}})};
}

TimelineEntry entry_of(const domain::Order& order) {
    return {{order.created_at.us, EntryKind::order, order.id.value},
            to_string(order.id),
            fmt::format("order {} made: {}", order.client_id, terms_of(order)),
            order.made_by,
            details_of({{"status", std::string(token(order.status))}})};
}

TimelineEntry entry_of(const store::WebhookRow& webhook) {
    return {{webhook.received_at.us, EntryKind::webhook, webhook.id.value},
            to_string(webhook.id),
            fmt::format("webhook {} received, {}", webhook.type, webhook.status),
            "",
            details_of({{"type", webhook.type}, {"status", webhook.status}})};
}

TimelineEntry entry_of(const store::NotificationRow& notification) {
    return {{notification.received_at.us, EntryKind::notification, notification.id.value},
            to_string(notification.id),
            fmt::format("notification {} of {}: {}", notification.type, notification.platform_id,
                        words_of(notification.status)),
            "",
            details_of({{"type", notification.type}, {"status", notification.status}})};
}

TimelineEntry entry_of(const store::EventRow& event) {
    return {{event.created_at.us, EntryKind::event, event.id.value},
            to_string(event.id),
            fmt::format("{} published", event.type),
            "",
            details_of({{"type", event.type}})};
}

TimelineEntry entry_of(const store::TaskRow& delivery) {
    const std::string endpoint = to_string(EndpointId{delivery.lane_id});
    return {
        {delivery.created_at.us, EntryKind::delivery, delivery.id.value},
        to_string(delivery.id),
        fmt::format("owed to {}: {}, attempts: {}", endpoint, delivery.status, delivery.attempts),
        "",
        details_of({{"endpoint_id", endpoint},
                    {"event_id", to_string(EventId{delivery.subject_id})},
                    {"status", delivery.status}})};
}

TimelineEntry entry_of(const store::ChangeRow& change) {
    return {{change.at.us, EntryKind::change, change.id.value},
            to_string(change.id),
            fmt::format("{}{}{}{}{}", change.action, change.subject.empty() ? "" : " of ",
                        change.subject, change.reason.empty() ? "" : ": ", change.reason),
            change.actor,
            details_of({{"action", change.action},
                        {"subject", change.subject},
                        {"reason", change.reason},
                        {"request_id", change.request_id}})};
}

} // namespace settled::api
