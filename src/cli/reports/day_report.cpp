#include "cli/reports/day_report.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

std::string_view title_of(std::string_view flow) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> titles{
        {{"paid_in", "paid in"},
         {"paid_out", "paid out"},
         {"came_back", "payments that came back"},
         {"was_returned", "returned to the payer"}}};
    for (const auto& [name, title] : titles)
        if (name == flow)
            return title;
    return flow;
}

template <class Use>
void each(const wire::Json& day, std::string_view name, const Use& use) {
    const auto list = day.member(name);
    for (std::size_t i = 0; list && i < list->size(); ++i)
        use(list->at(i));
}

std::string flows(const wire::Json& day) {
    std::vector<TableLine> lines{{"", "bank", "", "here", "", "difference"}};
    each(day, "flows", [&](const wire::Json& flow) {
        const auto at = [&](std::string_view path) { return text_at(flow, path); };
        lines.push_back({std::string(title_of(at("flow"))), at("bank.count"),
                         at("bank.amount.value"), at("ours.count"), at("ours.amount.value"),
                         at("difference.value")});
    });
    return table(lines, " rrrrr", "  ");
}

std::string statuses(const wire::Json& day, std::string_view name) {
    std::string text;
    each(day, name, [&](const wire::Json& status) {
        text += fmt::format("  {} {}: {} of {}\n", name, text_at(status, "status"),
                            text_at(status, "count"), text_at(status, "amount.value"));
    });
    return text;
}

std::string item_line(const wire::Json& item) {
    const auto at = [&](std::string_view path) { return safe(text_at(item, path)); };
    std::string line = "     ";
    if (!at("entry").empty())
        line += fmt::format(" entry {} of {}", at("entry"), at("statement_id"));
    else if (!at("statement_id").empty())
        line += fmt::format(" {}", at("statement_id"));
    for (const std::string_view id : {"settlement_id", "order_id", "return_id"})
        if (!at(id).empty())
            line += fmt::format(" {}", at(id));
    if (!at("bank_amount.value").empty())
        line += fmt::format(" bank {}", at("bank_amount.value"));
    if (!at("our_amount.value").empty())
        line += fmt::format(" here {}", at("our_amount.value"));
    for (const std::string_view text : {"end_to_end_id", "text"})
        if (!at(text).empty())
            line += fmt::format("  {}", at(text));
    return line + '\n';
}

std::string difference(const wire::Json& one) {
    const auto at = [&](std::string_view path) { return text_at(one, path); };
    std::string text = fmt::format("  {} ({}): {} of {}\n    {}\n    What to do: {}\n", at("kind"),
                                   title_of(at("flow")), at("count"), at("amount.value"),
                                   at("cause"), at("advice"));
    each(one, "items", [&](const wire::Json& item) { text += item_line(item); });
    return text;
}

} // namespace

std::string day_report(const wire::Json& day) {
    const auto at = [&](std::string_view path) { return safe(text_at(day, path)); };
    std::string text = fmt::format("{} on {}, in {}\n", at("account"), at("date"), at("currency"));
    each(day, "statements", [&](const wire::Json& statement) {
        text += fmt::format("  statement {} {}\n", text_at(statement, "statement_id"),
                            safe(text_at(statement, "number")));
    });
    text += flows(day) + statuses(day, "orders") + statuses(day, "returns");
    if (at("holds") == "true")
        return text + "  Both sides agree.\n";
    text += "\n";
    each(day, "differences", [&](const wire::Json& one) { text += difference(one); });
    return text;
}

} // namespace settled::cli
