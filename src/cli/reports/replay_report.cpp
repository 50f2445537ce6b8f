#include "cli/reports/replay_report.h"

#include "units/evidence/replay_members.h"
#include "wire/json_writer.h"
#include "wire/money.h"

#include <fmt/format.h>

#include <iterator>

namespace settled::cli {

namespace {

using units::Change;
using units::Difference;
using units::Made;
using units::ReplayReport;

Money money_of(const std::string& code, std::int64_t minor) {
    return {minor, Currency::parse(code).value()};
}

std::string list_of(const std::vector<Made>& all) {
    std::string text;
    for (const Made& made : all)
        text += fmt::format("{}{} (rank {})", text.empty() ? "" : ", ", made.payment.client_id,
                            made.rank);
    return text.empty() ? "none" : text;
}

// What a difference means, in the report's table.
std::string_view sentence(Difference difference) {
    switch (difference) {
    case Difference::lost:
        return "would not be matched";
    case Difference::gained:
        return "would be matched";
    case Difference::moved:
        return "would go to another payment";
    case Difference::rank:
        return "would be found by another rank";
    case Difference::ambiguous:
        return "would become ambiguous";
    case Difference::unmatched:
        return "would not be ambiguous any more";
    }
    return "";
}

void print_sum(std::string& out, Difference difference, const ReplayReport::Sum& sum) {
    auto into = std::back_inserter(out);
    fmt::format_to(into, "{:<34}{:>10}", sentence(difference), sum.settlements);
    for (const auto& [code, minor] : sum.minor)
        fmt::format_to(into, "  {} {}", decimal(money_of(code, minor)), code);
    out += '\n';
    for (const auto& [rank, count] : sum.by_rank)
        fmt::format_to(into, "{:<34}{:>10}\n", fmt::format("    rank {}", rank), count);
}

} // namespace

std::string replay_as_json(const ReplayReport& report, const std::string& rules) {
    wire::JsonWriter w;
    w.object().member("rules", rules);
    units::write_replay_members(w, report);
    w.end();
    return std::move(w).text();
}

std::string replay_as_text(const ReplayReport& report, const std::string& rules) {
    std::string out;
    auto into = std::back_inserter(out);
    for (const Change& change : report.changes)
        fmt::format_to(into, "{:<10} {} {} {}\n           then {}\n           now  {}\n",
                       token(change.difference), to_string(change.settlement),
                       decimal(change.amount), change.amount.currency.code(),
                       list_of(change.before), list_of(change.after));
    const auto line = [&](std::string_view name, std::int64_t value) {
        fmt::format_to(into, "{:<34}{:>10}\n", name, value);
    };
    line("facts", report.facts);
    if (report.left_out > 0)
        line("left out (cancelled or rejected)", report.left_out);
    if (report.decisions > 0)
        line("decisions of people", report.decisions);
    if (report.decisions_void > 0)
        line("    that could not be repeated", report.decisions_void);
    line("settlements", report.settlements);
    line("matched by the rules, then", report.matched_before);
    line("matched by the rules, now", report.matched_after);
    line("ambiguous, then", report.ambiguous_before);
    line("ambiguous, now", report.ambiguous_after);
    for (std::size_t i = 0; i < units::differences; ++i)
        print_sum(out, static_cast<Difference>(i), report.sums[i]);
    if (report.unchanged == report.settlements)
        fmt::format_to(into, "under \"{}\" nothing would change\n", rules);
    return out;
}

} // namespace settled::cli
