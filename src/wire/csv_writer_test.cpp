#include "wire/csv_writer.h"

#include "wire/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

namespace settled::wire {
namespace {

TEST(CsvWriter, a_guarded_text_is_recognised) {
    for (const char* text : {"=1", "'=1", "''@x", "'a", "'", "", "plain", "-5", "it's = 1"}) {
        std::string field = CsvWriter().text(text).end_row().take();
        field.resize(field.size() - 2);
        EXPECT_EQ(text_in_field(field), text) << field;
    }
    EXPECT_EQ(text_in_field("=1"), "=1") << "a program took the apostrophe away";
}

TEST(CsvWriter, quotes_what_needs_it_and_lets_no_formula_through) {
    struct Case {
        const char* value;
        const char* field;
    };
    const Case cases[] = {
        {"INV 7", "INV 7"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "'=1+1"},
        {"+44 20", "'+44 20"},
        {"-5", "'-5"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"=HYPERLINK(\"http://x\",1)", "\"'=HYPERLINK(\"\"http://x\"\",1)\""},
        {"\xEF\xBC\x9D"
         "1",
         "'\xEF\xBC\x9D"
         "1"},
        {"a=1", "a=1"},
        {"'=1", "''=1"},
        {"'a", "'a"},
        {"'", "'"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(CsvWriter().text(c.value).end_row().take(), std::string(c.field) + "\r\n");
    EXPECT_EQ(CsvWriter().plain("12.34").plain("GBP").text("").end_row().take(), "12.34,GBP,\r\n");
}

RC_GTEST_PROP(CsvWriter, a_written_row_is_read_back,
              (const std::string& first, const std::string& second)) {
    RC_PRE(!first.starts_with("\xEF\xBB\xBF"));
    CsvWriter writer;
    writer.plain("a").plain("b").end_row().text(first).text(second).end_row();
    std::istringstream in(writer.take());
    auto csv = CsvReader::open(in, "f");
    RC_ASSERT(csv.has_value());
    const auto more = csv->next();
    RC_ASSERT(more.has_value() && *more);
    for (const auto& [read, written] : {std::pair(csv->field(0), first), {csv->field(1), second}})
        RC_ASSERT(text_in_field(read) == written);
}

} // namespace
} // namespace settled::wire
