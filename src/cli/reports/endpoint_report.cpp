#include "cli/reports/endpoint_report.h"

#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

using wire::Json;

std::string text_of(const Json& value, std::string_view path) {
    return safe(text_at(value, path));
}

// "at once", "every 3600 s", "every 3600 s as one batch".
std::string schedule_of(const Json& endpoint) {
    const std::string seconds = text_at(endpoint, "schedule.interval_seconds");
    if (seconds.empty())
        return "at once";
    const bool batch = text_at(endpoint, "schedule.batch") == "true";
    return fmt::format("every {} s{}", seconds, batch ? " as one batch" : "");
}

std::string auth_of(const Json& endpoint) {
    const auto auth = endpoint.member("auth");
    if (!auth || !auth->is_array())
        return text_of(endpoint, "auth.type");
    std::string text;
    for (std::size_t i = 0; i < auth->size(); ++i)
        text += (text.empty() ? "" : " and ") + text_of(auth->at(i), "type");
    return text;
}

std::string health_of(const Json& endpoint) {
    if (text_at(endpoint, "status") == "disabled")
        return "disabled";
    return text_at(endpoint, "health.state");
}

// So many bytes of it at most, and no part of a character.
std::string beginning_of(std::string text, std::size_t bytes) {
    constexpr unsigned char mask = 0xC0, continues = 0x80;
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & mask) == continues)
        --bytes;
    return text.substr(0, bytes) + "…";
}

// What a partner answered is untrusted; of a long answer the beginning is shown.
std::string attempt_table(const Json& delivery) {
    constexpr std::size_t answer_max = 60;
    const auto attempts = delivery.member("attempts");
    std::vector<TableLine> lines{{"ATTEMPT", "AT", "OUTCOME", "TOOK", "ANSWER"}};
    for (std::size_t i = 0; attempts && i < attempts->size(); ++i) {
        const Json one = attempts->at(i);
        const auto took = one.member("latency_us");
        lines.push_back({text_at(one, "number"), text_at(one, "started_at"),
                         text_of(one, "outcome"),
                         duration_text(took ? took->integer().value_or(0) : 0),
                         or_dash(beginning_of(text_of(one, "answer"), answer_max))});
    }
    return lines.size() > 1 ? "\n" + table(lines, "rllrl", "  ") : "";
}

} // namespace

std::string endpoint_table(const std::vector<Json>& endpoints) {
    if (endpoints.empty())
        return "there are no endpoints\n";
    std::vector<TableLine> lines{{"ID", "URL", "HEALTH", "FORMAT", "SCHEDULE", "LAST SUCCESS"}};
    for (const Json& endpoint : endpoints)
        lines.push_back({text_at(endpoint, "id"), text_of(endpoint, "url"), health_of(endpoint),
                         text_at(endpoint, "format"), schedule_of(endpoint),
                         or_dash(text_at(endpoint, "health.last_success_at"))});
    return table(lines, "llllll");
}

std::string endpoint_report(const Json& endpoint) {
    std::string text =
        fmt::format("{} is {}\n\n{}", text_of(endpoint, "url"), health_of(endpoint),
                    facts({{"id", text_at(endpoint, "id")},
                           {"events", list_at(endpoint, "events", " ")},
                           {"format", text_at(endpoint, "format")},
                           {"schedule", schedule_of(endpoint)},
                           {"next at", or_dash(text_at(endpoint, "schedule.next_at"))},
                           {"auth", auth_of(endpoint)},
                           {"public key", or_dash(text_at(endpoint, "public_key"))},
                           {"failing since", or_dash(text_at(endpoint, "health.failing_since"))},
                           {"next probe at", or_dash(text_at(endpoint, "health.next_probe_at"))},
                           {"missed since", or_dash(text_at(endpoint, "missed_since"))}}));
    const std::string secret = text_of(endpoint, "secret");
    if (!secret.empty())
        text += fmt::format("\nsecret, shown this once: {}\n", secret);
    return text;
}

std::string portal_link_report(const Json& link) {
    return fmt::format("{}\n\n{}", text_of(link, "url"),
                       facts({{"id", text_at(link, "id")},
                              {"can", list_at(link, "can", " ")},
                              {"expires", text_at(link, "expires_at")}}));
}

std::string delivery_table(const std::vector<Json>& deliveries) {
    if (deliveries.empty())
        return "there are no such deliveries\n";
    std::vector<TableLine> lines{
        {"ID", "STATUS", "EVENT", "ENDPOINT", "ATTEMPTS", "LAST OUTCOME", "MADE", "DUE"}};
    for (const Json& delivery : deliveries)
        lines.push_back({text_at(delivery, "id"), text_at(delivery, "status"),
                         text_at(delivery, "event_id"), text_at(delivery, "endpoint_id"),
                         text_at(delivery, "attempts_made"), or_dash(text_of(delivery, "outcome")),
                         text_at(delivery, "created_at"), or_dash(text_at(delivery, "due_at"))});
    return table(lines, "llllrlll");
}

std::string delivery_report(const Json& delivery) {
    return fmt::format("{} is {}\n\n{}{}", text_at(delivery, "id"), text_at(delivery, "status"),
                       facts({{"event", text_at(delivery, "event_id")},
                              {"endpoint", text_at(delivery, "endpoint_id")},
                              {"attempts", text_at(delivery, "attempts_made")},
                              {"last outcome", or_dash(text_of(delivery, "outcome"))},
                              {"due", text_at(delivery, "due_at")},
                              {"batch", text_at(delivery, "batch_id")},
                              {"waits for", text_at(delivery, "waits_for")}}),
                       attempt_table(delivery));
}

} // namespace settled::cli
