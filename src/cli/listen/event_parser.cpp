#include "cli/listen/event_parser.h"

#include <utility>

namespace settled::cli {

namespace {

constexpr std::size_t line_bytes_max = 4 * 1024 * 1024; // above what an event may have

} // namespace

Result<std::vector<StreamedEvent>> EventParser::push(std::string_view bytes) {
    rest_.append(bytes);
    std::vector<StreamedEvent> events;
    std::string_view left = rest_;
    for (std::size_t end = left.find('\n'); end != left.npos; end = left.find('\n')) {
        std::string_view line = left.substr(0, end);
        left.remove_prefix(end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        take_line(line, events);
    }
    rest_ = std::string(left);
    if (rest_.size() > line_bytes_max)
        return fail(Code::reply_too_large, "a line of the event stream is too long");
    return events;
}

void EventParser::take_line(std::string_view line, std::vector<StreamedEvent>& events) {
    if (line.empty()) {
        StreamedEvent whole = std::exchange(event_, {});
        if (!whole.body.empty() || !whole.id.empty())
            events.push_back(std::move(whole));
        return;
    }
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == line.npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "id")
        event_.id = value;
    else if (name == "event")
        event_.type = value;
    else if (name == "data")
        event_.body += event_.body.empty() ? std::string(value) : "\n" + std::string(value);
}

} // namespace settled::cli
