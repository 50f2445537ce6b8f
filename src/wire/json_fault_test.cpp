#include "wire/json_fault.h"

#include "wire/json.h"

#include <gtest/gtest.h>

namespace settled::wire {
namespace {

// As published, of a platform's documentation.
constexpr std::string_view published = R"({
"id":"A056035"
"content": "https://demo-api.clearmatch.co/v1/UnsecuredLoans/application/A056035",
"notificationType": "batchApplicationStatusChange",
"partnerCode": "XXXXXXXX",
"eventDescription": "",
"eventTime": "2017-01-01T00:00:00"
})";

TEST(JsonFault, names_the_place_and_what_was_expected) {
    const struct {
        std::string_view text;
        std::size_t line, column;
        std::string_view why;
    } cases[] = {
        {published, 3, 1, R"(a comma is missing after "id")"},
        {R"({"a":1 "b":2})", 1, 8, R"(a comma is missing after "a")"},
        {R"({"a":{"x":1} "b":2})", 1, 14, R"(a comma is missing after "a")"},
        {R"({"a":[1 2]})", 1, 9, "expected a comma or the end of the object or array"},
        {R"({"a":1 "b"})", 1, 8, "expected a comma or the end of the object or array"},
        {"{\"a\":1,\n}", 2, 1, "a comma stands before the end of the object"},
        {"[1,\n 2, ]", 2, 5, "a comma stands before the end of the array"},
        {"{\"\u00e9\u20ac\":x}", 1, 7, "expected a value"},
        {"", 1, 1, "the text ends too early"},
        {"{\"a\":1}\n\nx", 3, 1, "there is more after the value"},
        {"{'a':1}", 1, 2, "expected a member's name"},
        {R"({"a":1,"a":2})", 1, 14, "an object that ends here names a member twice"},
        {"{\"a\":\"\xff\"}", 1, 7, "the text is not valid UTF-8"},
        {"[\"\u20ac\u20ac\u20ac\xe2\x82\"]", 1, 6, "the text is not valid UTF-8"},
    };
    for (const auto& c : cases) {
        const auto fault = first_fault(c.text);
        ASSERT_TRUE(fault) << c.text;
        EXPECT_EQ(fault->line, c.line) << c.text;
        EXPECT_EQ(fault->column, c.column) << c.text;
        EXPECT_EQ(fault->why, c.why) << c.text;
    }
}

TEST(JsonFault, is_none_where_the_text_is_json) {
    for (const std::string_view text : {"{}", "[1,2]", R"({"a":{"b":null}})", " 1 "})
        EXPECT_FALSE(first_fault(text)) << text;
}

TEST(CommasMended, mends_commas_and_nothing_else) {
    const struct {
        std::string_view text;
        std::string_view mended; // "": it cannot be
    } cases[] = {
        {R"({"a":1 "b":2})", R"({"a":1 ,"b":2})"},
        {R"({"a":1,})", R"({"a":1})"},
        {R"({"a":[1,2,],"b":{"c":"x" "d":"y",},})", R"({"a":[1,2],"b":{"c":"x" ,"d":"y"}})"},
        {R"({"a":"1,}" "b":2})", R"({"a":"1,}" ,"b":2})"},
        {R"({"a\"":1 "b":2})", R"({"a\"":1 ,"b":2})"},
        {R"({"a":1})", R"({"a":1})"},
        {R"({"a":1,,"b":2})", ""},
        {R"({,"a":1})", ""},
        {R"([1 2])", ""},
        {R"(["a" "b"])", ""},
        {R"({"a":1 b:2})", ""},
        {R"({'a':1})", ""},
        {R"({"a":1 "a":2})", ""},
        {R"({"a":1 "b":2)", ""},
        {R"({"a" 1})", ""},
        {R"({"a":01})", ""},
    };
    for (const auto& c : cases) {
        const auto mended = with_commas_mended(c.text);
        ASSERT_EQ(mended.has_value(), !c.mended.empty()) << c.text;
        if (mended) {
            EXPECT_EQ(*mended, c.mended);
            EXPECT_TRUE(JsonDocument::parse(*mended));
        } else {
            EXPECT_EQ(mended.error().why, first_fault(c.text)->why) << c.text;
        }
    }
    const auto seen = with_commas_mended(published);
    ASSERT_TRUE(seen);
    EXPECT_EQ(JsonDocument::parse(*seen)->root().size(), 6U);
}

TEST(CommasMended, is_bounded) {
    std::string many = "{\"m\":1";
    for (int i = 0; i < 100; ++i)
        many += " \"m" + std::to_string(i) + "\":1";
    EXPECT_FALSE(with_commas_mended(many + "}"));
}

} // namespace
} // namespace settled::wire
