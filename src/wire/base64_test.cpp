#include "wire/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace settled::wire {
namespace {

TEST(Base64, knows_the_vectors_of_rfc_4648) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF", "+/8="},
    };
    for (const auto& [bytes, text] : table) {
        EXPECT_EQ(to_base64(as_bytes(bytes)), text);
        const auto parsed = parse_base64(text);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(as_text(*parsed), bytes);
    }
}

TEST(Base64, refuses_every_other_spelling) {
    const std::string_view table[] = {
        "Z",     "Zg",       "Zg=",     "Zm8",        "Zm9vY", // cut
        "Zg===", "Zm9v====", "====",    "=",          "==",       "A===",
        "=AAA",  "A=AA",     "Zm9v=",   "Zg==Zg==",   "Zm=v",     "Zg=v", // padding inside
        "Zh==",  "Zm9=",     "Zv==",                                      // spare bits
        "Zm9 ",  "Zm 9v",    "Zm9v\n",  " Zm9",       "Zm9v\r\n",         // white space
        "-_8=",  "Zm9*",     "Zm9\x80", "Zm\xC3\xA9",
    };
    for (const std::string_view text : table) {
        const auto parsed = parse_base64(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, Code::base64_invalid);
    }
    EXPECT_FALSE(parse_base64(std::string_view("Zm9\0", 4)).has_value());
}

TEST(Base64, reads_what_json_web_tokens_write) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xFB\xFF", "-_8"},
    };
    for (const auto& [bytes, text] : table) {
        const auto parsed = parse_base64url(text);
        ASSERT_TRUE(parsed.has_value()) << text;
        EXPECT_EQ(as_text(*parsed), bytes);
    }
    for (const std::string_view text : {"Z", "Zg==", "Zg=", "+/8", "Zh", "Zm9v\n", "Zm 9", "Zm9vY"})
        EXPECT_FALSE(parse_base64url(text).has_value()) << text;
}

RC_GTEST_PROP(Base64Property, reading_gives_back_what_was_written, (Bytes bytes)) {
    const std::string text = to_base64(bytes);
    RC_ASSERT(text.size() == (bytes.size() + 2) / 3 * 4);
    const auto parsed = parse_base64(text);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == bytes);
}

} // namespace
} // namespace settled::wire
