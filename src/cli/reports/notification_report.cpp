#include "cli/reports/notification_report.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

using wire::Json;

// Everything that the platform wrote is untrusted.
std::string text_of(const Json& value, std::string_view path) {
    return safe(text_at(value, path));
}

std::string subsystems_of(const Json& notification) {
    const auto list = notification.member("subsystems");
    std::vector<TableLine> lines{{"ENDPOINT", "STATUS", "DELIVERY"}};
    for (std::size_t i = 0; list && i < list->size(); ++i)
        lines.push_back({text_at(list->at(i), "endpoint_id"), text_at(list->at(i), "status"),
                         text_at(list->at(i), "delivery_id")});
    return lines.size() > 1 ? "\n" + table(lines, "lll", "  ") : "";
}

} // namespace

std::string notification_table(const std::vector<Json>& notifications) {
    if (notifications.empty())
        return "there are no such notifications\n";
    std::vector<TableLine> lines{
        {"ID", "STATUS", "CONNECTOR", "TYPE", "ABOUT", "RECEIVED", "TIMES", "FAILURE"}};
    for (const Json& each : notifications)
        lines.push_back({text_at(each, "id"), text_at(each, "status"), text_of(each, "connector"),
                         text_of(each, "notification_type"), text_of(each, "platform_id"),
                         text_at(each, "received_at"), text_at(each, "received_count"),
                         or_dash(text_at(each, "failure"))});
    return table(lines, "llllllr");
}

std::string notification_report(const Json& notification) {
    return fmt::format("{} about {} is {}\n\n{}{}", text_of(notification, "notification_type"),
                       text_of(notification, "platform_id"), text_at(notification, "status"),
                       facts({{"id", text_at(notification, "id")},
                              {"connector", text_of(notification, "connector")},
                              {"event time", text_at(notification, "event_time")},
                              {"as sent", text_of(notification, "event_time_text")},
                              {"received", text_at(notification, "received_at")},
                              {"received last", text_at(notification, "last_received_at")},
                              {"times received", text_at(notification, "received_count")},
                              {"differs from", text_at(notification, "differs_from")},
                              {"content", text_of(notification, "content_url")},
                              {"content is", text_at(notification, "content_state")},
                              {"content fetched", text_at(notification, "content_fetched_at")},
                              {"failure", text_at(notification, "failure")},
                              {"call", text_at(notification, "call_id")},
                              {"event", text_at(notification, "event_id")}}),
                       subsystems_of(notification));
}

} // namespace settled::cli
