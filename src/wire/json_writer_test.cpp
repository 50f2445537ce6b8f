#include "wire/json_writer.h"

#include "wire/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>

namespace settled::wire {
namespace {

using namespace std::literals;

std::string text_of(std::string_view value) {
    JsonWriter w;
    w.value(value);
    return std::move(w).text();
}

TEST(JsonWriter, places_commas_and_names) {
    JsonWriter w;
    w.object();
    w.member("id", "evt_1").member("version", 1);
    w.key("data").object().member("rank", 2).key("none").object().end().end();
    w.key("list").array().value(1).value("two").null().array().end().value(true).end();
    w.member("absent", std::optional<int>()).member("present", std::optional<int>(3));
    w.key("copied").raw(R"({"a":1})").member("last", false);
    w.end();
    EXPECT_EQ(w.text(), R"({"id":"evt_1","version":1,"data":{"rank":2,"none":{}},)"
                        R"("list":[1,"two",null,[],true],"absent":null,"present":3,)"
                        R"("copied":{"a":1},"last":false})");
    EXPECT_TRUE(JsonDocument::parse(w.text()).has_value());
}

TEST(JsonWriter, takes_integers_of_every_width) {
    JsonWriter w;
    w.array();
    w.value(std::numeric_limits<std::int64_t>::min())
        .value(std::numeric_limits<std::uint64_t>::max());
    w.value(std::uint8_t{200}).value(std::int16_t{-5}).value(7u).value(8LL).value(std::size_t{9});
    w.end();
    EXPECT_EQ(w.text(), "[-9223372036854775808,18446744073709551615,200,-5,7,8,9]");
}

TEST(JsonWriter, escapes_what_must_be_escaped) {
    struct Case {
        std::string_view value;
        std::string_view text;
    };
    const Case table[] = {
        {"", R"("")"},
        {"plain/'<>", R"("plain/'<>")"},
        {"\"\\", R"("\"\\")"},
        {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
        {"\0\x01\x1f\x7f"sv, "\"\\u0000\\u0001\\u001f\x7f\""},
        {"\xC2\xA3\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC2\xA3\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    };
    for (const Case& c : table)
        EXPECT_EQ(text_of(c.value), c.text);
}

TEST(JsonWriter, replaces_invalid_utf8) {
    const std::string r = "\xEF\xBF\xBD"; // U+FFFD
    struct Case {
        std::string_view value;
        std::string text;
    };
    const Case table[] = {
        {"\xFF", r},
        {"a\x80z", "a" + r + "z"},
        {"\xC3", r},
        {"\xC3(", r + "("},
        {"\xC0\x80", r + r},
        {"\xE2\x82", r},
        {"\xE2\x82x", r + "x"},
        {"\xE0\x80\x80", r + r + r},
        {"\xED\xA0\x80", r + r + r},
        {"\xF0\x9F\x98", r},
        {"\xF0\x80\x80\x80", r + r + r + r},
        {"\xF4\x90\x80\x80", r + r + r + r},
        {"\xF5\x80", r + r},
        {"\xE2\x82\xE2\x82\xAC", r + "\xE2\x82\xAC"},
    };
    for (const Case& c : table)
        EXPECT_EQ(text_of(c.value), '"' + c.text + '"') << testing::PrintToString(c.value);
}

TEST(JsonWriterDeathTest, stops_at_an_impossible_order) {
    EXPECT_DEATH(JsonWriter().object().value(1), "needs a name");
    EXPECT_DEATH(JsonWriter().array().key("a"), "no name is due");
    EXPECT_DEATH(JsonWriter().object().key("a").end(), "nothing to end");
    EXPECT_DEATH(JsonWriter().end(), "nothing to end");
    EXPECT_DEATH(JsonWriter().value(1).value(2), "one value");
}

RC_GTEST_PROP(JsonWriterProperty, bytes_of_any_kind_become_a_valid_string, (std::string bytes)) {
    const auto parsed = JsonDocument::parse(text_of(bytes));
    RC_ASSERT(parsed.has_value());
    // Writing what was read changes nothing more: the replacement happens once.
    const std::string once(*parsed->root().string());
    RC_ASSERT(text_of(once) == text_of(bytes));
}

RC_GTEST_PROP(JsonWriterProperty, reading_gives_back_what_was_written,
              (std::map<std::string, std::vector<std::int64_t>> values, std::string text)) {
    // Code points, so that the text is UTF-8; names may be any ASCII.
    const auto ascii = [](std::string s) {
        for (char& c : s)
            c = static_cast<char>(c & 0x7F);
        return s;
    };
    std::map<std::string, std::vector<std::int64_t>> expected;
    for (const auto& [name, list] : values)
        expected[ascii(name)] = list;
    JsonWriter w;
    w.object().member("text!", ascii(text)).key("values!").object();
    for (const auto& [name, list] : expected) {
        w.key(name).array();
        for (const std::int64_t n : list)
            w.value(n);
        w.end();
    }
    w.end().end();

    const auto parsed = JsonDocument::parse(w.text());
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed->root().member("text!")->string() == ascii(text));
    const Json read = *parsed->root().member("values!");
    RC_ASSERT(read.size() == expected.size());
    for (const auto& [name, list] : expected) {
        const auto member = read.member(name);
        RC_ASSERT(member.has_value());
        RC_ASSERT(member->size() == list.size());
        for (std::size_t i = 0; i < list.size(); ++i)
            RC_ASSERT(member->at(i).integer() == list[i]);
    }
}

} // namespace
} // namespace settled::wire
