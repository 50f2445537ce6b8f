#include "cli/reports/event_report.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <sstream>

namespace settled::cli {

namespace {

using wire::Json;

// Names, references and whole bodies come from outside.
std::string text_of(const Json& value, std::string_view path) {
    return safe(text_at(value, path));
}

std::string amount_of(const Json& event) {
    for (const std::string_view path :
         {"data.settlement.amount", "data.amount", "data.received", "data.payment.amount"})
        if (const std::string value = text_at(event, fmt::format("{}.value", path)); !value.empty())
            return fmt::format("{} {}", value, text_at(event, fmt::format("{}.currency", path)));
    return "";
}

std::string client_id_of(const Json& event) {
    const std::string own = text_of(event, "data.client_id");
    return own.empty() ? text_of(event, "data.payment.client_id") : own;
}

// JSON, each line made safe by itself.
std::string body_text(std::string_view json) {
    std::istringstream lines{indented(json)};
    std::string out;
    for (std::string line; std::getline(lines, line);)
        out += safe(line) + "\n";
    return out;
}

} // namespace

std::string event_table(const std::vector<Json>& events) {
    if (events.empty())
        return "there are no such events\n";
    std::vector<TableLine> lines{{"ID", "TIME", "TYPE", "ABOUT", "CLIENT'S ID", "AMOUNT"}};
    for (const Json& event : events)
        lines.push_back({text_at(event, "id"), text_at(event, "timestamp"), text_of(event, "type"),
                         or_dash(text_of(event, "subject")), or_dash(client_id_of(event)),
                         or_dash(safe(amount_of(event)))});
    return table(lines, "lllllr");
}

std::string event_report(const Json& event) {
    const auto data = value_at(event, "data");
    return fmt::format("{} at {}\n\n{}\n{}", text_of(event, "type"), text_at(event, "timestamp"),
                       facts({{"id", text_at(event, "id")},
                              {"about", text_of(event, "subject")},
                              {"version", text_at(event, "version")}}),
                       data ? body_text(data->raw()) : "");
}

std::string webhook_table(const std::vector<Json>& webhooks) {
    if (webhooks.empty())
        return "there are no such webhooks\n";
    std::vector<TableLine> lines{{"ID", "STATUS", "TYPE", "RECEIVED", "CONNECTOR", "KEY"}};
    for (const Json& webhook : webhooks)
        lines.push_back({text_at(webhook, "id"), text_at(webhook, "status"),
                         text_of(webhook, "type"), text_at(webhook, "received_at"),
                         text_at(webhook, "connector_id"), text_of(webhook, "composite_key")});
    return table(lines, "llllll");
}

std::string webhook_report(const Json& webhook) {
    const std::string body = text_at(webhook, "body");
    return fmt::format("{} is {}\n\n{}\n{}", text_of(webhook, "type"), text_at(webhook, "status"),
                       facts({{"id", text_at(webhook, "id")},
                              {"connector", text_at(webhook, "connector_id")},
                              {"key", text_of(webhook, "composite_key")},
                              {"suffix", text_of(webhook, "suffix")},
                              {"received", text_at(webhook, "received_at")}}),
                       body.empty() ? "its body is not shown\n" : body_text(body));
}

} // namespace settled::cli
