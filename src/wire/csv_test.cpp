#include "wire/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace settled::wire {
namespace {

using ::testing::HasSubstr;

// Records as "a|b" lines, or "code: detail".
std::string read(const std::string& text) {
    std::istringstream in(text);
    auto csv = CsvReader::open(in, "f.csv");
    if (!csv)
        return std::string(info(csv.error().code).token) + ": " + csv.error().detail;
    std::string out;
    for (;;) {
        const auto more = csv->next();
        if (!more)
            return std::string(info(more.error().code).token) + ": " + more.error().detail;
        if (!*more)
            return out;
        out += csv->field(0) + "|" + csv->field(1) + "\n";
    }
}

TEST(Csv, reads_what_programs_write) {
    struct Case {
        const char* text;
        const char* records;
    };
    const Case cases[] = {
        {"a,b\n1,2\n3,4\n", "1|2\n3|4\n"},
        {"a,b\r\n1,2\r\n", "1|2\n"},
        {"\xEF\xBB\xBF"
         "a,b\n1,2",
         "1|2\n"},
        {"a,b\n\n1,2\n\n\n", "1|2\n"},
        {"a,b\n\"1,1\",\"say \"\"hi\"\"\"\n", "1,1|say \"hi\"\n"},
        {"a,b\n\"two\nlines\",2\n", "two\nlines|2\n"},
        {"a,b\n,\n", "|\n"},
        {"a,b\n \"x,2\n", "csv_malformed: f.csv, line 2: a quote inside a field that does not "
                          "begin with one"},
        {"a,b\n\"x\"y,2\n", "csv_malformed: f.csv, line 2: text behind a closing quote"},
        {"a,b\n1,2\n\"x,2\n", "csv_malformed: f.csv, line 3: a quote is not closed"},
        {"a,b\n\"1\n1\",2\n1\n", "csv_malformed: f.csv, line 4: 1 fields where the header has 2"},
        {"a,b\n1,2,3\n", "csv_malformed: f.csv, line 2: 3 fields where the header has 2"},
        {"", "csv_malformed: f.csv is empty; a header is needed"},
        {"a,A\n", "csv_malformed: f.csv, line 1: column a is there twice"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(read(c.text), c.records) << c.text;
}

TEST(Csv, finds_columns_in_any_order_case_and_spacing) {
    std::istringstream in("Date, ID ,amount\n");
    const auto csv = CsvReader::open(in, "f.csv");
    ASSERT_TRUE(csv.has_value());
    EXPECT_EQ(csv->column("id"), 1U);
    EXPECT_EQ(csv->column("date"), 0U);
    EXPECT_FALSE(csv->column("currency").has_value());
}

TEST(Csv, is_read_across_chunks) {
    std::string text = "a,b\n";
    for (int i = 0; i < 60'000; ++i)
        text += "\"12345\",\"x\"\"y\"\n";
    const std::string out = read(text);
    EXPECT_EQ(out.size(), 60'000U * std::string("12345|x\"y\n").size());
    EXPECT_TRUE(out.ends_with("12345|x\"y\n"));
}

TEST(Csv, refuses_a_field_that_never_ends) {
    EXPECT_THAT(read("a,b\n" + std::string(70'000, 'x') + ",2\n"), HasSubstr("64 KiB"));
    EXPECT_THAT(read("a,b\n\"" + std::string(70'000, 'x') + "\",2\n"), HasSubstr("64 KiB"));
}

TEST(CsvReader, the_delimiter_is_what_the_first_line_has_most_of) {
    for (const auto& [text, delimiter] : {std::pair("a,b;c,d\n1;2;3;4\n", ','),
                                          {"a;b;c\n1,2,3,4\n", ';'},
                                          {"a\tb\tc\n", '\t'},
                                          {"alone", ','},
                                          {"", ','}}) {
        std::istringstream in(text);
        EXPECT_EQ(delimiter_of(in), delimiter) << text;
        EXPECT_EQ(in.tellg(), 0) << "nothing was taken from it";
    }
}

} // namespace
} // namespace settled::wire
