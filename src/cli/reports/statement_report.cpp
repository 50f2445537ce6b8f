#include "cli/reports/statement_report.h"

#include <fmt/format.h>

#include <array>

namespace settled::cli {

namespace {

constexpr std::size_t gaps_shown_max = 20;

void print_head(const std::string& file, const Answered& s) {
    fmt::print("{}: {} {} of {}, {} to {}\n", file, s.at("format"), safe(s.at("number")),
               safe(s.at("account")), s.at("from"), s.at("to"));
}

void print_totals(const Answered& s) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> lines{
        {{"linked", "linked to a settlement"},
         {"missing_webhook", "booked, and no webhook came for it"},
         {"missing_on_statement", "settled, and on no statement"},
         {"amount_differs", "linked, and the amount differs"},
         {"ambiguous", "several settlements would fit"},
         {"not_followed", "debits, reversals and returns"},
         {"pending", "not looked at"}}};
    for (const auto& [name, title] : lines) {
        const std::string path = "reconciliation." + std::string(name);
        const std::string count = s.at(path + ".count");
        if (count == "0" && name != "linked")
            continue;
        fmt::print("  {:<36}{:>9}{:>18} {}\n", title, count, s.at(path + ".amount.value"),
                   s.at("currency"));
    }
}

void print_days(const Answered& s) {
    const auto days = s.root().member("reconciliation")->member("days");
    if (!days || days->size() == 0)
        return;
    fmt::print("  {:<12}{:>9}{:>17}{:>9}{:>17}{:>9}{:>17}{:>16}\n", "day", "credits", "", "debits",
               "", "settled", "", "difference");
    for (std::size_t i = 0; i < days->size(); ++i) {
        const wire::Json day = days->at(i);
        const auto at = [&](std::string_view path) { return text_at(day, path); };
        fmt::print("  {:<12}{:>9}{:>17}{:>9}{:>17}{:>9}{:>17}{:>16}\n", at("date"),
                   at("credits.count"), at("credits.amount.value"), at("debits.count"),
                   at("debits.amount.value"), at("settled.count"), at("settled.amount.value"),
                   at("difference.value"));
    }
}

void print_entry(const wire::Json& entry) {
    const auto at = [&](std::string_view path) { return safe(text_at(entry, path)); };
    fmt::print("    entry {:<8}{} {:>14} {}  {}\n", at("number"), at("booked_on"),
               at("amount.value"), at("end_to_end_id"), at("remittance"));
}

void print_settlement(const wire::Json& settlement) {
    const auto at = [&](std::string_view path) { return safe(text_at(settlement, path)); };
    fmt::print("    {} {} {:>14} {}  {}\n", at("id"), at("settled_at"), at("amount.value"),
               at("end_to_end_id"), at("reference"));
}

template <class Print>
Result<> print_gaps(ApiSession& session, std::string_view title, const std::string& target,
                    const Print& print) {
    TRY(const Answered page, session.ask({"GET", target, ""}));
    const auto data = page.root().member("data");
    if (!data || data->size() == 0)
        return {};
    fmt::print("  {}:\n", title);
    for (std::size_t i = 0; i < data->size(); ++i)
        print(data->at(i));
    if (!page.at("next").empty())
        fmt::print("    … and more: GET {}\n", target.substr(0, target.find("limit=") - 1));
    return {};
}

// Whether the statement follows the one before it and its balances hold.
void print_balances(const Answered& s) {
    if (s.at("reconciliation.lacks_pages") == "true")
        fmt::print(
            "  a page of this statement is not here; settlements are asked for when it is\n");
    if (s.at("reconciliation.previous.lacks_pages") == "true")
        fmt::print("  the statement before it lacks a page\n");
    if (s.at("kind") == "statement" && s.at("closing_balance.value").empty())
        fmt::print("  it has no closing balance: that all entries are here was not checked\n");
    const std::string difference = s.at("reconciliation.balance_difference.value");
    if (difference.find_first_not_of("-0.") != difference.npos)
        fmt::print("  the closing balance is {} off what opening and entries make\n", difference);
    if (const std::string from = s.at("reconciliation.previous.missing_sequence.from");
        !from.empty())
        fmt::print("  statements {} to {} are missing before it\n", from,
                   s.at("reconciliation.previous.missing_sequence.to"));
    const std::string opening = s.at("reconciliation.previous.opening_difference.value");
    if (opening.find_first_not_of("-0.") != opening.npos)
        fmt::print("  the opening balance is {} off the closing balance before it\n", opening);
}

} // namespace

Result<> print_statement(ApiSession& session, const std::string& file, const Answered& statement) {
    print_head(file, statement);
    print_totals(statement);
    print_days(statement);
    print_balances(statement);
    const std::string root = "/v1/statements/" + statement.at("id");
    const std::string rest = fmt::format("limit={}", gaps_shown_max);
    for (const auto& [verdict, title] :
         {std::pair("missing_webhook", "booked, and no webhook came for it"),
          {"amount_differs", "the amount differs"},
          {"ambiguous", "several settlements would fit"}}) {
        if (statement.integer(fmt::format("reconciliation.{}.count", verdict)) == 0)
            continue;
        TRY_VOID(print_gaps(session, title,
                            fmt::format("{}/entries?verdict={}&{}", root, verdict, rest),
                            print_entry));
    }
    if (statement.integer("reconciliation.missing_on_statement.count") != 0) {
        TRY_VOID(print_gaps(session, "settled, and on no statement",
                            fmt::format("{}/missing?{}", root, rest), print_settlement));
    }
    fmt::print("  {}\n", statement.at("reconciliation.holds") == "true"
                             ? "The reconciliation holds."
                             : "The reconciliation does not hold.");
    return {};
}

} // namespace settled::cli
