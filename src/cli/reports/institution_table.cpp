#include "cli/reports/institution_table.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>

namespace settled::cli {

namespace {

using wire::Json;

std::int64_t integer_at(const Json& value, std::string_view path) {
    return std::strtoll(text_at(value, path).c_str(), nullptr, 10);
}

double decimal_at(const Json& value, std::string_view path) {
    return std::strtod(text_at(value, path).c_str(), nullptr);
}

// "98 (97-99)"; "-" before anything was observed.
std::string share_of(Json parent, std::string_view name, int digits) {
    const auto share = parent.member(name);
    if (!share || integer_at(*share, "observed") == 0)
        return "-";
    const auto percent = [&](std::string_view part) { return 100 * decimal_at(*share, part); };
    return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", percent("share"), digits, percent("low"),
                       digits, percent("high"), digits);
}

std::string survival_of(Json profile, std::string_view identifier, int digits) {
    const auto found = value_at(profile, fmt::format("identifiers.{}", identifier));
    return found ? share_of(*found, "survives", digits) : "-";
}

// "3.0 s", "12 min": two digits say enough of a histogram's step.
std::string shown_time(Json profile, std::string_view quantile) {
    const std::string text = text_at(profile, fmt::format("latency_us.{}", quantile));
    if (text.empty())
        return "-";
    struct Unit {
        double us;
        std::string_view name;
    };
    constexpr std::array units{Unit{86'400e6, "d"}, Unit{3600e6, "h"}, Unit{60e6, "min"},
                               Unit{1e6, "s"}, Unit{1e3, "ms"}};
    const double us = std::strtod(text.c_str(), nullptr);
    const auto* const found =
        std::ranges::find_if(units, [us](const Unit& unit) { return us >= unit.us; });
    const Unit& unit = found == units.end() ? units.back() : *found;
    const double amount = us / unit.us;
    return fmt::format("{:.{}f} {}", amount, amount < 10 ? 1 : 0, unit.name);
}

// What keys are left out for.
std::string left_out(Json profile) {
    std::string text;
    const auto rare = value_at(profile, "plan.rare");
    for (std::size_t i = 0; rare && i < rare->size(); ++i) {
        const std::string_view name = rare->at(i).string().value_or("");
        text += text.empty() ? "" : ", ";
        text += name == "uetr_survives"            ? "uetr"
                : name == "end_to_end_id_survives" ? "end-to-end id"
                : name == "cut"                    ? "cuts"
                                                   : "additions";
    }
    const std::string most = text_at(profile, "plan.stored_prefix_max");
    if (!most.empty())
        text += fmt::format("{}beyond {}", text.empty() ? "" : ", ", most);
    return or_dash(std::move(text));
}

std::string keys_of(Json profile, std::string_view which) {
    const double all = decimal_at(profile, fmt::format("plan.{}.all", which));
    const double now = decimal_at(profile, fmt::format("plan.{}.now", which));
    return all == 0 ? "-" : fmt::format("{:.1f} of {:.1f}", now, all);
}

std::string habits_of(Json profile) {
    const auto reference = profile.member("reference");
    if (!reference)
        return {};
    std::string text;
    const auto add = [&text](std::string_view what) {
        text += text.empty() ? "" : ", ";
        text += what;
    };
    if (const std::string most = text_at(*reference, "length_max"); !most.empty())
        add(fmt::format("cut at {} characters", most));
    if (const std::string letters = text_at(*reference, "case"); !letters.empty())
        add(letters == "kept" ? "case kept" : fmt::format("in {} case", letters));
    if (const std::string kept = text_at(*reference, "punctuation_kept"); !kept.empty())
        add(fmt::format("keep {}", kept));
    if (const std::string lost = text_at(*reference, "punctuation_lost"); !lost.empty())
        add(fmt::format("lose {}", lost));
    if (const std::string before = text_at(*reference, "prefix"); !before.empty())
        add(fmt::format("get \"{}\" before them", before));
    if (const std::string behind = text_at(*reference, "suffix"); !behind.empty())
        add(fmt::format("get \"{}\" behind them", behind));
    return text.empty() ? "nothing is usual yet" : text;
}

std::string report_of(Json profile) {
    std::string out =
        fmt::format("\n  by {} to {}: {} matches\n\n", or_dash(text_at(profile, "scheme")),
                    or_dash(text_at(profile, "receiver")), integer_at(profile, "matches"));
    std::vector<TableLine> lines{{"IDENTIFIER", "SURVIVES %", "ABSENT", "ALTERED", "OF"}};
    for (const std::string_view name : {"reference", "end_to_end_id", "uetr", "payer"})
        lines.push_back({std::string(name), survival_of(profile, name, 1),
                         text_at(profile, fmt::format("identifiers.{}.absent", name)),
                         text_at(profile, fmt::format("identifiers.{}.altered", name)),
                         text_at(profile, fmt::format("identifiers.{}.survives.observed", name))});
    out += table(lines, "lrrrr", "    ");
    const auto reference = profile.member("reference");
    out += fmt::format("\n    references   {}\n", habits_of(profile));
    if (reference)
        out += fmt::format("                 cut {} %, added to {} %\n",
                           share_of(*reference, "cut", 1), share_of(*reference, "extended", 1));
    out += fmt::format("    settled      half within {}, 99 of 100 within {}\n",
                       shown_time(profile, "p50"), shown_time(profile, "p99"));
    out += fmt::format("    left out     {}\n", left_out(profile));
    out += fmt::format("    keys         {} stored, {} looked under when a payment comes first\n",
                       keys_of(profile, "reference_keys_stored"),
                       keys_of(profile, "reference_keys_looked_under"));
    return out;
}

} // namespace

std::string institution_table(const std::vector<Json>& profiles) {
    if (profiles.empty())
        return "nothing was learnt yet: matches are learnt from a minute after they are made\n";
    std::vector<TableLine> lines{{"INSTITUTION", "SCHEME", "AT", "MATCHES", "REFERENCE %",
                                  "END-TO-END ID %", "PAYER %", "CUT AT", "CASE", "HALF IN",
                                  "99 % IN", "KEYS STORED", "LEFT OUT"}};
    for (const Json& profile : profiles)
        lines.push_back({text_at(profile, "institution"), or_dash(text_at(profile, "scheme")),
                         or_dash(text_at(profile, "receiver")), text_at(profile, "matches"),
                         survival_of(profile, "reference", 0),
                         survival_of(profile, "end_to_end_id", 0), survival_of(profile, "payer", 0),
                         or_dash(text_at(profile, "reference.length_max")),
                         or_dash(text_at(profile, "reference.case")), shown_time(profile, "p50"),
                         shown_time(profile, "p99"), keys_of(profile, "reference_keys_stored"),
                         left_out(profile)});
    std::ranges::sort(lines.begin() + 1, lines.end());
    return table(lines, "lllrrrrrlrrrl", "");
}

std::string institution_report(const Json& institution) {
    std::string out = text_at(institution, "id") + "\n";
    if (const auto banks = institution.member("banks"); banks && banks->size() > 0) {
        out += "  pays from";
        for (std::size_t i = 0; i < banks->size(); ++i)
            out += fmt::format("{} {}", i == 0 ? "" : ",", banks->at(i).string().value_or(""));
        out += "\n";
    }
    const auto seeds = institution.member("seeds");
    for (std::size_t i = 0; seeds && i < seeds->size(); ++i) {
        const std::string scheme = text_at(seeds->at(i), "scheme");
        out += fmt::format("  seeded: references of {} characters by {}\n",
                           text_at(seeds->at(i), "reference_chars_max"),
                           scheme.empty() ? "any scheme" : scheme);
    }
    const auto profiles = institution.member("profiles");
    for (std::size_t i = 0; profiles && i < profiles->size(); ++i)
        out += report_of(profiles->at(i));
    return out;
}

} // namespace settled::cli
