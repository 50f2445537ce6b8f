#include "cli/reports/replay_report.h"

#include "domain/members.h"
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

void write_made(wire::JsonWriter& w, std::string_view name, const std::vector<Made>& all) {
    w.key(name).array();
    for (const Made& made : all) {
        w.object();
        domain::write_payment_ids(w, made.payment);
        w.member("rank", made.rank).end();
    }
    w.end();
}

void write_change(wire::JsonWriter& w, const Change& change) {
    w.object().member("difference", token(change.difference));
    w.member("settlement_id", to_string(change.settlement));
    w.member("transaction_id", change.transaction_id);
    wire::write_money(w, "amount", change.amount);
    write_made(w, "before", change.before);
    write_made(w, "after", change.after);
    w.member("status_after", token(change.status_after)).end();
}

void write_sum(wire::JsonWriter& w, Difference difference, const ReplayReport::Sum& sum) {
    w.key(token(difference)).object().member("settlements", sum.settlements);
    w.key("by_rank").object();
    for (const auto& [rank, count] : sum.by_rank)
        w.member(fmt::format("{}", rank), count);
    w.end().key("amounts").array();
    for (const auto& [code, minor] : sum.minor)
        w.object().member("value", decimal(money_of(code, minor))).member("currency", code).end();
    w.end().end();
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
    w.object().member("rules", rules).member("facts", report.facts);
    w.member("left_out", report.left_out).member("decisions", report.decisions);
    w.member("decisions_void", report.decisions_void);
    w.member("settlements", report.settlements).member("unchanged", report.unchanged);
    w.key("matched").object().member("before", report.matched_before);
    w.member("after", report.matched_after).end();
    w.key("ambiguous").object().member("before", report.ambiguous_before);
    w.member("after", report.ambiguous_after).end();
    w.key("differences").object();
    for (std::size_t i = 0; i < units::differences; ++i)
        write_sum(w, static_cast<Difference>(i), report.sums[i]);
    w.end().key("changes").array();
    for (const Change& change : report.changes)
        write_change(w, change);
    w.end();
    const auto changed = report.settlements - report.unchanged;
    w.member("changes_not_shown", changed - static_cast<std::int64_t>(report.changes.size()));
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
