#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/reports/why.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

using wire::Json;

constexpr std::size_t time_width = 13; // "10:00:01.204", and a space
constexpr std::size_t kind_width = 13; // "notification", and a space
constexpr std::size_t text_width_max = 120;

std::string faded(std::string text, const Look& look) {
    return look.colours ? fmt::format("\x1b[2m{}\x1b[0m", text) : text;
}

// "2026-11-22T10:00:01.204Z" → the day and the time of day.
std::string day_of(const std::string& at) {
    return at.substr(0, std::min<std::size_t>(at.size(), 10));
}
std::string time_of(const std::string& at) {
    return at.size() > 23 ? at.substr(11, 12) : at;
}

std::string entry_text(const Json& entry, const Look& look) {
    const std::size_t indent = time_width + kind_width;
    const std::size_t width = std::max<std::size_t>(std::min(look.width, text_width_max), 60);
    const std::string actor = safe(text_at(entry, "actor"));
    const std::string sentence =
        safe(text_at(entry, "sentence")) + (actor.empty() ? "" : fmt::format(" (by {})", actor));
    std::string out = faded(padded(time_of(text_at(entry, "at")), time_width), look) +
                      padded(text_at(entry, "kind"), kind_width);
    std::size_t begin = 0;
    for (const std::string& line : wrapped(sentence, width - indent)) {
        out += std::string(begin, ' ') + line + "\n";
        begin = indent;
    }
    return out;
}

} // namespace

std::string timeline_report(const Json& timeline, const Look& look) {
    const std::size_t width = std::max<std::size_t>(std::min(look.width, text_width_max), 60);
    std::string out;
    for (const std::string& line : wrapped(safe(text_at(timeline, "subject.sentence")), width))
        out += line + "\n";
    out += faded(text_at(timeline, "subject.id"), look) + "\n";
    const auto data = timeline.member("data");
    std::string day;
    for (std::size_t i = 0; data && i < data->size(); ++i) {
        const Json entry = data->at(i);
        if (const std::string own = day_of(text_at(entry, "at")); own != day)
            out += fmt::format("\n{}\n", day = own);
        out += entry_text(entry, look);
    }
    if (!text_at(timeline, "next").empty())
        out += "\nthere is more: --limit NUMBER, up to 500, shows it\n";
    return out;
}

std::string feed_line(const std::string& entry, const Look& look) {
    const auto document = wire::JsonDocument::parse(entry);
    if (!document)
        return safe(entry) + "\n";
    const Json root = document->root();
    const std::string actor = safe(text_at(root, "actor"));
    return fmt::format(
        "{}{}{}{}  {}\n", faded(padded(time_of(text_at(root, "at")), time_width), look),
        padded(text_at(root, "kind"), kind_width), safe(text_at(root, "sentence")),
        actor.empty() ? "" : fmt::format(" (by {})", actor), faded(text_at(root, "id"), look));
}

} // namespace settled::cli
