// What a file of decisions asks for, and that a file which does not say it clearly asks for
// nothing.
#include "cli/commands/review_plan.h"
#include "cli/reports/review_table.h"
#include "wire/csv.h"
#include "wire/csv_writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

namespace settled::cli {
namespace {

constexpr std::string_view rev1 = "rev_0000000000001";
constexpr std::string_view rev2 = "rev_0000000000002";

Result<std::vector<PlannedDecision>> plan_of(const std::string& text) {
    std::istringstream in(text);
    return read_review_plan(in, "f.csv");
}

// "2 accept rev_… p1 | 4 split rev_… p1=4.00 p2=8.34", or "code: detail".
std::string read(const std::string& text) {
    const auto plan = plan_of(text);
    if (!plan)
        return fmt::format("{}: {}", info(plan.error().code).token, plan.error().detail);
    std::string out;
    for (const PlannedDecision& decision : *plan) {
        out += fmt::format("{}{} {} {}", out.empty() ? "" : " | ", decision.line, decision.action,
                           decision.review_id.back());
        for (const PlannedPart& part : decision.parts)
            out += " " + part.payment_id + (part.amount ? "=" + decimal(*part.amount) : "");
    }
    return out;
}

// Rows of "review payment decision reason part"; "-" is empty.
std::string file(std::initializer_list<std::array<std::string_view, 5>> rows) {
    std::string text = "review_id,payment_id,decision,reason,part,currency\n";
    for (const auto& row : rows) {
        for (const std::string_view field : row)
            text += std::string(field == "-" ? "" : field) + ",";
        text += "GBP\n";
    }
    return text;
}

TEST(ReviewPlan, is_what_was_decided_in_the_order_of_the_file) {
    EXPECT_EQ(read(file({{rev1, "p1", "-", "-", "-"},
                         {rev1, "p2", "accept", "he called", "-"},
                         {rev2, "-", "close", "seen", "-"}})),
              "3 accept 1 p2 | 4 close 2");
    EXPECT_EQ(read(file({{rev1, "p1", "-", "", "-"}})), "");
    EXPECT_EQ(read(file({{rev1, "p1", "reject", "no", "-"}, {rev1, "p2", "reject", "no", "-"}})),
              "2 reject 1")
        << "filled down in a spreadsheet";
    EXPECT_EQ(
        read(file({{rev1, "p1", "accept", "both", "4"}, {rev1, "p2", "accept", "both", "8.3"}})),
        "2 split 1 p1=4.00 p2=8.30");
    EXPECT_EQ(read(file({{rev1, "p1", "accept", "part", "12.34"}})), "2 split 1 p1=12.34");
    EXPECT_EQ(
        read("review_id;payment_id;decision;reason\n" + std::string(rev1) + ";p1;accept;x, y\n"),
        "2 accept 1 p1");
}

TEST(ReviewPlan, refuses_a_file_with_one_row_that_is_not_clear) {
    struct Case {
        std::string text;
        std::string_view error;
    };
    const Case cases[] = {
        {"review_id,payment_id,decision,reason,surprise\n",
         "column_unknown: f.csv, line 1: column surprise"},
        {"review_id,payment_id,decision\n", "column_missing: f.csv, line 1: column reason"},
        {file({{"order-1", "p1", "accept", "x", "-"}}),
         "value_invalid: f.csv, line 2: column review_id: give it as it was exported"},
        {file({{rev1, "p1", "-", "-", "-"}, {rev2, "p1", "yes", "x", "-"}}),
         "decision_unknown: f.csv, line 3: column decision: give accept, reject, close or nothing"},
        {file({{rev1, "p1", "split", "x", "-"}}),
         "decision_unknown: f.csv, line 2: column decision: give accept, reject, close or nothing"},
        {file({{rev1, "p1", "accept", "-", "-"}}),
         "reason_missing: f.csv, line 2: column reason: say why"},
        {file({{rev1, "p1", "accept", "\"two\nlines\"", "-"}}),
         "value_invalid: f.csv, line 2: column reason: give one line of up to 256 bytes"},
        {file({{rev1, "-", "accept", "x", "-"}}),
         "value_invalid: f.csv, line 2: column payment_id: only a row with a candidate can be "
         "accepted"},
        {file({{rev1, "p1", "accept", "x", "1.234"}}),
         "amount_invalid: f.csv, line 2: column part: give an amount like 12.34"},
        {file({{rev1, "p1", "accept", "x", "-1"}}),
         "amount_invalid: f.csv, line 2: column part: give an amount like 12.34"},
        {file({{rev1, "p1", "accept", "x", "-"}, {rev1, "p2", "reject", "x", "-"}}),
         "decision_conflict: f.csv, line 3: line 2 decides accept"},
        {file({{rev1, "p1", "close", "x", "-"}, {rev1, "p2", "reject", "x", "-"}}),
         "decision_conflict: f.csv, line 3: line 2 decides close"},
        {file({{rev1, "p1", "reject", "x", "-"}, {rev1, "p2", "reject", "y", "-"}}),
         "decision_conflict: f.csv, line 3: line 2 gives another reason"},
        {file({{rev1, "p1", "accept", "x", "-"}, {rev1, "p2", "accept", "x", "-"}}),
         "decision_conflict: f.csv, line 3: line 2 accepts another candidate; to share the "
         "settlement out, give each its part"},
        {file({{rev1, "p1", "accept", "x", "4"}, {rev1, "p1", "accept", "x", "4"}}),
         "id_repeated: f.csv, line 3: this candidate is accepted before"},
        {"review_id,payment_id,decision,reason,part\n" + std::string(rev1) + ",p1,accept,x,1\n",
         "column_missing: f.csv, line 2: column currency, which says what part is of"},
        {"", "csv_malformed: f.csv is empty; a header is needed"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(read(c.text), c.error) << c.text;
}

TEST(ReviewPlan, becomes_calls_that_are_known_again) {
    const auto plan = plan_of(file({{rev1, "p\u00e9", "accept", "it is", "-"},
                                    {rev2, "p1", "accept", "both", "4"},
                                    {rev2, "p2", "accept", "both", "8.34"}}));
    ASSERT_TRUE(plan.has_value());
    const PlannedDecision& accept = plan->at(0);
    EXPECT_EQ(accept.path(), "/v1/reviews/rev_0000000000001/accept");
    EXPECT_EQ(accept.body(false), "{\"payment_id\":\"p\u00e9\",\"reason\":\"it is\"}");
    EXPECT_EQ(accept.body(true),
              "{\"payment_id\":\"p\u00e9\",\"reason\":\"it is\",\"dry_run\":true}");
    EXPECT_EQ(plan->at(1).path(), "/v1/reviews/rev_0000000000002/split");
    EXPECT_EQ(plan->at(1).body(false),
              R"({"payments":[{"payment_id":"p1","amount":{"value":"4.00","currency":"GBP"}},)"
              R"({"payment_id":"p2","amount":{"value":"8.34","currency":"GBP"}}],)"
              R"("reason":"both"})");
    PlannedDecision other = accept;
    other.line = 99;
    EXPECT_EQ(other.idempotency_key(), accept.idempotency_key()) << "wherever it stands";
    other.reason = "it is not";
    EXPECT_NE(other.idempotency_key(), accept.idempotency_key());
    other = accept;
    other.review_id = rev2;
    EXPECT_NE(other.idempotency_key(), accept.idempotency_key());
}

constexpr std::string_view review = R"json({"id":"rev_0000000000001",
    "kind":"settlement_ambiguous","subject_id":"stl_0000000000007",
    "detail":{"settlement":{"id":"stl_0000000000007","amount":{"value":"12.34","currency":"GBP"},
    "reference":"two\nlines, \"quoted\"","payer":{"name":"=HYPERLINK(1)","account":""},
    "received_at":"2026-11-22T10:00:00.000Z"},"candidates":[{"payment_id":"pay_1","client_id":"-5","rank":6,
    "reference":"'=1","created_at":"2026-11-22T09:00:00.000Z","reject_reason":"rival_of_same_rank"},
    {"payment_id":"pay_2","client_id":"0017","rank":6,"reference":"@b","created_at":"2026-11-22T09:30:00.000Z",
    "reject_reason":"rival_of_same_rank"}],"distinguishing_fields":["reference","created_at"]}})json";

std::string table_of(std::string_view json) {
    const auto document = wire::JsonDocument::parse(json).value();
    wire::CsvWriter csv;
    write_review_header(csv);
    write_review_rows(csv, document.root());
    return csv.take();
}

TEST(ReviewTable, has_a_row_for_each_candidate_and_lets_no_formula_through) {
    EXPECT_EQ(table_of(review),
              "review_id,settlement_id,received_at,amount,currency,settlement_reference,"
              "payer_name,kind,payment_id,client_id,rank,candidate_reference,candidate_created_at,"
              "distinguishing_fields,reject_reason,decision,reason,part\r\n"
              "rev_0000000000001,stl_0000000000007,2026-11-22T10:00:00.000Z,12.34,GBP,"
              "\"two\nlines, \"\"quoted\"\"\",'=HYPERLINK(1),settlement_ambiguous,pay_1,'-5,6,''=1,"
              "2026-11-22T09:00:00.000Z,reference created_at,rival_of_same_rank,,,\r\n"
              "rev_0000000000001,stl_0000000000007,2026-11-22T10:00:00.000Z,12.34,GBP,"
              "\"two\nlines, \"\"quoted\"\"\",'=HYPERLINK(1),settlement_ambiguous,pay_2,0017,6,'@b,"
              "2026-11-22T09:30:00.000Z,reference created_at,rival_of_same_rank,,,\r\n");
    EXPECT_TRUE(table_of(R"({"id":"rev_0000000000002","kind":"webhook_conflict",
                             "subject_id":"whk_0000000000001","detail":{"first_webhook_id":"x"}})")
                    .ends_with("\r\nrev_0000000000002,,,,,,,webhook_conflict,,,,,,,,,,\r\n"));
}

TEST(ReviewTable, is_read_back_with_what_was_decided) {
    const std::string table = table_of(review);
    EXPECT_EQ(read(table), "") << "nothing is decided yet";
    std::istringstream in(table);
    auto csv = wire::CsvReader::open(in, "f").value();
    wire::CsvWriter decided;
    write_review_header(decided);
    for (const char* decision : {"accept", ""}) {
        ASSERT_TRUE(csv.next().value());
        for (std::size_t i = 0; i < review_columns.size(); ++i) {
            if (review_columns[i] == "decision")
                decided.plain(decision);
            else if (review_columns[i] == "reason")
                decided.plain("she said \"it is\", twice");
            else
                decided.plain(csv.field(i));
        }
        decided.end_row();
    }
    const auto plan = plan_of(decided.take());
    ASSERT_TRUE(plan.has_value());
    ASSERT_EQ(plan->size(), 1);
    EXPECT_EQ(plan->front().parts.front().payment_id, "pay_1");
    EXPECT_EQ(plan->front().reason, "she said \"it is\", twice");
}

} // namespace
} // namespace settled::cli
