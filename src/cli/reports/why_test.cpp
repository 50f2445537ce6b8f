// What explain, show and status print, in 80 columns and without colours unless the terminal has them.
#include "cli/reports/why.h"

#include "cli/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace settled::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view explained = R"({
    "subject_id":"stl_0000000000001","as_of":"2026-11-22T10:00:00.000Z","outcome":"unmatched","decided_by":null,
    "sentence":"unmatched: none of 14 payments on its account fits it",
    "data":[
        {"payment_id":"pay_0000000000001","client_id":"order-2041","verdict":"vetoed",
         "sentence":"amount_differs: 12.34 expected, 12.43 paid; one character of the reference differs: INV-2041 expected, INV-2042 paid"},
        {"payment_id":"pay_0000000000002","client_id":"order-2","verdict":"not_open","sentence":"not_open: the payment is settled"},
        {"payment_id":"pay_0000000000003","client_id":"order-3","verdict":"not_open","sentence":"third"},
        {"payment_id":"pay_0000000000004","client_id":"order-4","verdict":"not_open","sentence":"fourth"}],
    "looked_at":14,"limit_reached":true})";

wire::JsonDocument json(std::string_view text) {
    return *wire::JsonDocument::parse(text);
}

void expect_fits(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(columns(line), 80U) << line;
}

TEST(ExplainReport, begins_with_the_verdict_and_ends_with_a_command) {
    const auto document = json(explained);
    const std::string text = explain_report(document.root(), "", Look{});
    EXPECT_THAT(text, StartsWith("unmatched: none of 14 payments on its account fits it\n"));
    EXPECT_THAT(text, HasSubstr("1  order-2041"));
    EXPECT_THAT(text, HasSubstr("amount_differs: 12.34 expected, 12.43 paid"));
    EXPECT_THAT(text, HasSubstr("third"));
    EXPECT_THAT(text, Not(HasSubstr("fourth"))) << "three are enough for a person";
    EXPECT_THAT(text, HasSubstr("14 payments of its account looked at, and there are more."));
    EXPECT_TRUE(text.ends_with("  settled show pay_0000000000001\n")) << text;
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    expect_fits(text);
}

TEST(ExplainReport, names_the_review_that_waits) {
    const auto document = json(explained);
    EXPECT_TRUE(explain_report(document.root(), "rev_0000000000001", Look{})
                    .ends_with("  settled reviews show rev_0000000000001\n"));
}

TEST(ExplainReport, has_colours_where_the_terminal_has_them) {
    Look look;
    look.colours = true;
    const auto document = json(explained);
    EXPECT_THAT(explain_report(document.root(), "", look), HasSubstr("\x1b[31mvetoed\x1b[0m"));
}

TEST(ExplainReport, shows_no_control_characters_of_others) {
    const auto document =
        json(R"({"subject_id":"pay_1","outcome":"unmatched","sentence":"a\u001b[2Jb",
        "data":[{"settlement_id":"stl_1","verdict":"vetoed","sentence":"c\u0007d"}],"looked_at":1,
        "limit_reached":false})");
    const std::string text = explain_report(document.root(), "", Look{});
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\a")));
    EXPECT_TRUE(text.ends_with("  settled catch-up --dry-run\n")) << text;
}

TEST(TimelineReport, shows_the_day_once_and_wraps_long_sentences) {
    const auto document = json(R"({"subject":{"kind":"payment","id":"pay_1","client_id":"order-1",
        "sentence":"payment order-1, 12.34 GBP: settled"},"data":[
        {"at":"2026-11-22T10:00:00.000Z","kind":"payment","id":"pay_1","actor":null,
         "sentence":"payment order-1 registered: 12.34 GBP, reference INV-2041, from A Very Long Name Of A Payer Who Pays"},
        {"at":"2026-11-22T10:00:01.204Z","kind":"match","id":"mat_1","sentence":"matched","actor":"key_1"}],
        "next":null})");
    const std::string text = timeline_report(document.root(), Look{});
    EXPECT_THAT(
        text,
        StartsWith("payment order-1, 12.34 GBP: settled\npay_1\n\n2026-11-22\n10:00:00.000 "));
    EXPECT_THAT(text, HasSubstr("10:00:01.204 match        matched (by key_1)\n"));
    EXPECT_EQ(text.find("2026-11-22"), text.rfind("2026-11-22"));
    expect_fits(text);
}

TEST(StatusReport, shows_sums_and_what_wants_attention) {
    const auto document = json(
        R"({"state":"attention","version":"0.1.0","tenant":"main","as_of":"2026-11-22T10:03:00.000Z",
        "store":{"engine":"sqlite","can_commit":true,"reason":""},"nodes":[{"id":1}],
        "connectors":[{"name":"clearbank","kind":"clearbank","last_webhook_at":null,"calls_waiting":0}],
        "endpoints":{"active":1,"failing":0,"disabled":0},"backlog":{"deliveries":2,"oldest_at":"2026-11-22T10:00:00.000Z","dead":0},
        "reviews":{"open":1,"oldest_at":"2026-11-20T10:00:00.000Z","by_kind":{"settlement_ambiguous":1}},
        "money":[{"currency":"GBP","expected":{"count":2,"value":"13.34"},"unmatched":{"count":0,"value":"0.00"},
                  "overdue":{"count":0,"value":"0.00"},"in_review":{"count":1,"value":"12.34"}}],
        "calls":{"held":false,"in_doubt":0},"counted_to":10000,
        "attention":[{"check":"review.age","state":"warning","subject":"","sentence":"1 review waits for a person",
                      "cause":"money or an order waits for a person's decision","command":"settled reviews list","docs":"x"}]})");
    const std::string text = status_report(document.root(), Look{});
    EXPECT_THAT(text, StartsWith("settled 0.1.0, main: attention\n"));
    EXPECT_THAT(text, HasSubstr("GBP    13.34 (2)  0.00 (0)   0.00 (0)  12.34 (1)\n"));
    EXPECT_THAT(text, HasSubstr("2 owed, the oldest 3 min ago (2026-11-22T10:00:00Z); 0 given up"));
    EXPECT_THAT(text, HasSubstr("1 open, the oldest 2 days ago (2026-11-20T10:00:00Z)"));
    EXPECT_THAT(text, HasSubstr("  do: settled reviews list\n"));
    expect_fits(text);
}

} // namespace
} // namespace settled::cli
