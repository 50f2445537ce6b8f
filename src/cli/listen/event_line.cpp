#include "cli/listen/event_line.h"

#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

// As wide as the longest of what is usual; what is wider moves the rest of its line.
constexpr std::size_t type_width = 24;
constexpr std::size_t id_width = 24;
constexpr std::size_t amount_width = 14;

// "10:00:01Z" of an RFC 3339 time in UTC.
std::string time_of(const wire::Json& event) {
    const std::string at = text_at(event, "timestamp");
    return at.size() < 20 ? at : at.substr(11, 8) + "Z";
}

std::string joined_ids(const wire::Json& event, std::string_view path) {
    std::string ids;
    const auto list = value_at(event, path);
    for (std::size_t i = 0; list && i < list->size(); ++i)
        ids += (ids.empty() ? "" : ", ") + text_at(list->at(i), "client_id");
    return ids;
}

std::string first_of(const wire::Json& event, std::initializer_list<std::string_view> paths) {
    for (const std::string_view path : paths)
        if (std::string text = text_at(event, path); !text.empty())
            return text;
    return {};
}

// The client's id; of several payments all; else our id of what the event is about.
std::string whose(const wire::Json& event) {
    std::string id = first_of(event, {"data.client_id", "data.payment.client_id"});
    for (const std::string_view list : {"data.candidates", "data.payments"})
        if (id.empty())
            id = joined_ids(event, list);
    return id.empty() ? text_at(event, "subject") : id;
}

std::string amount_of(const wire::Json& event) {
    for (const std::string_view path :
         {"data.settlement.amount", "data.amount", "data.received", "data.payment.amount"})
        if (const std::string value = text_at(event, fmt::format("{}.value", path)); !value.empty())
            return value + " " + text_at(event, fmt::format("{}.currency", path));
    return "";
}

// The rank and rule of a match; what speaks against the nearest payment; else the reason.
std::string why(const wire::Json& event) {
    if (const std::string rule = text_at(event, "data.match.rule"); !rule.empty())
        return fmt::format("rank {} {}", text_at(event, "data.match.rank"), rule);
    if (const std::string veto = text_at(event, "data.nearest.veto"); !veto.empty())
        return fmt::format("{} ({})", veto, text_at(event, "data.nearest.client_id"));
    const std::string code = text_at(event, "data.reason_code");
    const std::string reason = text_at(event, "data.reason");
    return code.empty() || reason.empty() ? code + reason : code + " " + reason;
}

} // namespace

std::string event_line(std::string_view body) {
    const auto document = wire::JsonDocument::parse(std::string(body));
    if (!document)
        return "an event that cannot be read";
    const wire::Json event = document->root();
    std::string line = fmt::format("{}  {}  {}  {}  {}", time_of(event),
                                   padded(safe(text_at(event, "type")), type_width),
                                   padded(safe(whose(event)), id_width),
                                   padded(safe(amount_of(event)), amount_width), safe(why(event)));
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

} // namespace settled::cli
