#include "cli/reports/catch_up.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

using wire::Json;

std::string text_of(const Json& value, std::string_view path) {
    return safe(text_at(value, path));
}

} // namespace

std::string held_report(const Json& held) {
    const std::string restored = text_at(held, "restored_at");
    if (restored.empty())
        return "calls are not held: the store was never put back to an older state\n";
    if (text_at(held, "held") != "true")
        return fmt::format("calls go on since {}, by {}: {}\neach order is looked up at the bank "
                           "before it is sent\n",
                           text_at(held, "ended_at"), text_of(held, "ended_by"),
                           text_of(held, "reason"));
    const std::string missing = list_at(held, "not_caught_up", ", ");
    return fmt::format(
        "calls that move money are held: the store was put back at {} to its state of {}\n{}\n",
        restored, text_at(held, "newest_row_at"),
        missing.empty() ? "each bank was asked for everything since"
                        : "not asked for everything yet: " + safe(missing));
}

std::string catch_up_table(const std::vector<Json>& catch_ups) {
    std::vector<TableLine> lines{
        {"ID", "CONNECTOR", "WHY", "STATUS", "SINCE", "SEEN", "MISSING", "ORDERS"}};
    for (const Json& each : catch_ups)
        lines.push_back({text_at(each, "id"), text_of(each, "connector"), text_at(each, "reason"),
                         text_at(each, "status"), text_at(each, "since"), text_at(each, "seen"),
                         text_at(each, "settlements"), text_at(each, "orders")});
    return table(lines, "lllllrrr");
}

std::string catch_up_report(const Json& each) {
    std::vector<std::pair<std::string_view, std::string>> lines{
        {"connector", text_of(each, "connector")},
        {"status", text_at(each, "status")},
        {"why", text_at(each, "reason")},
        {"since", text_at(each, "since")},
        {"until", text_at(each, "until")},
        {"transactions seen", text_at(each, "seen")},
        {"money in, missing", text_at(each, "settlements")},
        {"orders' payments, missing", text_at(each, "orders")},
        {"unexplained debits, missing", text_at(each, "movements")},
        {"credits that wait", text_at(each, "waiting")},
        {"orders asked about", text_at(each, "asked")},
    };
    if (text_at(each, "dry_run") == "true")
        lines.emplace_back("dry run", "nothing was changed");
    if (const std::string why = text_of(each, "failed_for"); !why.empty())
        lines.emplace_back("failed last for", why);
    return facts(lines);
}

std::string catch_up_progress(const Json& each) {
    const std::string why = text_of(each, "failed_for");
    return fmt::format("{}: {}, at {}, {} seen{}", text_of(each, "connector"),
                       text_at(each, "source"), text_at(each, "at"), text_at(each, "seen"),
                       why.empty() ? "" : "; tried again: " + why);
}

} // namespace settled::cli
