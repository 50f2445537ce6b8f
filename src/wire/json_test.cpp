#include "wire/json.h"

#include "base/limits.h"
#include "support/source_path.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace settled::wire {
namespace {

using namespace std::literals;

std::string repeat(std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += part;
    return out;
}

std::string object_of(std::size_t members) {
    std::string out = "{";
    for (std::size_t i = 0; i < members; ++i)
        out += (i ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
    return out + "}";
}

Code code_of(std::string_view text) {
    const auto parsed = JsonDocument::parse(text);
    EXPECT_FALSE(parsed.has_value()) << text.substr(0, 80);
    return parsed ? Code::internal : parsed.error().code;
}

JsonDocument must_parse(std::string_view text) {
    auto parsed = JsonDocument::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text.substr(0, 80) << ": " << parsed.error().detail;
    return *std::move(parsed);
}

TEST(Json, accepts_every_form_the_grammar_has) {
    const std::string_view table[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "10",
        "0.0",
        "1.50",
        "1e5",
        "1E+5",
        "1e-5",
        "-0.0e-0",
        "123456789012345678901234567890",
        "1e400",
        "\"\"",
        "\"a\"",
        "[]",
        "{}",
        "[[]]",
        "[1,2]",
        " [ 1 , 2 ] ",
        "\t\r\n{}\n",
        "{\"\":0}",
        "{\"a\":{\"a\":{}}}",
        "{\"a\":1,\"A\":2}",
        R"("\"\\\/\b\f\n\r\t")",
        R"("\u0000")"sv,
        R"("\uD83D\uDE00")",
        "\"\x7f\"",
        "\"\xC2\xA3\"",
        "\"\xF0\x9F\x98\x80\"",
        "\"\xEF\xBB\xBF\"",
        "\"\xEF\xBF\xBF\"",
    };
    for (const std::string_view text : table)
        EXPECT_TRUE(JsonDocument::parse(text).has_value()) << text;
}

TEST(Json, refuses_what_the_grammar_lacks) {
    const std::string_view table[] = {
        // no value, more than one, cut off
        "",
        " ",
        "\n",
        "1 2",
        "{} {}",
        "{}x",
        "[1]]",
        "null\0"sv,
        "nul",
        "nulll",
        "tru",
        "fals",
        "[",
        "{",
        "[1",
        "[1,",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "\"",
        "\"a",
        "\"\\",
        "\"\\u",
        "\"\\u00",
        "-",
        // separators
        "[,]",
        "[1,]",
        "[,1]",
        "[1,,2]",
        "[1 2]",
        "{,}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\",1}",
        "[1:2]",
        "{1:2}",
        "{a:1}",
        "{null:1}",
        "[}",
        "{]",
        "[1}",
        "{\"a\":1]",
        ",",
        ":",
        "]",
        "}",
        // numbers
        "01",
        "-01",
        "00",
        "+1",
        ".5",
        "1.",
        "-.5",
        "1.e1",
        "1e",
        "1e+",
        "--1",
        "- 1",
        "0x10",
        "1_000",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "1.2.3",
        "1e1.5",
        "\xEF\xBC\x91",
        // strings
        "'a'",
        "\"\n\"",
        "\"\t\"",
        "\"\0\""sv,
        "\"\x1f\"",
        "\"a\0\""sv,
        R"("\a")",
        R"("\x41")",
        R"("\'")",
        R"("\u00g0")",
        R"("\u 041")",
        R"("\U0041")",
        "\"\\\xC2\xA3\"",
        "\"\"\"",
        // surrogates
        R"("\uD800")",
        R"("\uDC00")",
        R"("\uD800\uD800")",
        R"("\uD800\u0041")",
        R"("\uDE00\uD83D")",
        R"("\uD800x")",
        R"("\uD800\n")",
        R"("\uD83D\u")",
        R"({"\uD800":1})",
        // encoding
        "\xEF\xBB\xBF{}",
        "\xFE\xFF",
        "\"\xFF\"",
        "\"\xC0\x80\"",
        "\"\xC3\"",
        "\"\xED\xA0\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\xE2\x82\"",
        "\"\xF5\x80\x80\x80\"",
        "{\"\x80\":1}",
        // what other dialects add
        "// c\n1",
        "/**/1",
        "[1]//",
        "#1",
        "True",
        "NULL",
        "undefined",
        "\v1",
        "\f1",
        "\xC2\xA0"
        "1",
        "\xE2\x80\xA8"
        "1",
        "`a`",
        "[1;2]",
        "(1)",
        "{\"a\"=1}",
    };
    for (const std::string_view text : table)
        EXPECT_EQ(code_of(text), Code::json_invalid) << text;
}

TEST(Json, refuses_an_object_that_names_a_member_twice) {
    const std::string many = object_of(100);
    const std::string table[] = {
        R"({"a":1,"a":1})",
        R"({"a":1,"b":2,"a":3})",
        R"({"a":1,"\u0061":2})",
        R"({"\u0061":1,"\u0061":2})",
        R"({"":1,"":2})",
        R"([0,{"x":{"a":1,"a":2}}])",
        R"({"/":1,"\/":2})",
        many.substr(0, many.size() - 1) + R"(,"m50":1})",
        many.substr(0, many.size() - 1) + R"(,"\u006d0":1})",
    };
    for (const std::string& text : table)
        EXPECT_EQ(code_of(text), Code::json_duplicate_member) << text;
    must_parse(R"([{"a":1},{"a":1}])");
    must_parse(R"({"a":{"a":1}})");
    must_parse(R"({"a":1,"b":"a"})");
    // Alike in length, beginning and end: only the middle distinguishes them.
    must_parse(R"({"AAAAAAAAxBBBBBBBB":1,"AAAAAAAAyBBBBBBBB":2})");
    EXPECT_EQ(code_of(R"({"AAAAAAAAxBBBBBBBB":1,"AAAAAAAAxBBBBBBBB":2})"),
              Code::json_duplicate_member);
}

TEST(Json, depth_is_bounded) {
    const std::size_t max = limits::json_depth_max;
    must_parse(repeat("[", max) + repeat("]", max));
    must_parse(repeat("{\"a\":", max - 1) + "{}" + repeat("}", max - 1));
    EXPECT_EQ(code_of(repeat("[", max + 1) + repeat("]", max + 1)), Code::json_too_deep);
    EXPECT_EQ(code_of(repeat("{\"a\":", max) + "{}" + repeat("}", max)), Code::json_too_deep);
    EXPECT_EQ(code_of(repeat("[", 1'000'000)), Code::json_too_deep);
}

TEST(Json, members_and_elements_are_bounded_in_all) {
    const std::size_t max = limits::json_members_max;
    EXPECT_EQ(must_parse("[" + repeat("0,", max - 1) + "0]").root().size(), max);
    EXPECT_EQ(code_of("[" + repeat("0,", max) + "0]"), Code::json_too_large);
    EXPECT_EQ(must_parse(object_of(max)).root().size(), max);
    EXPECT_EQ(code_of(object_of(max + 1)), Code::json_too_large);
    EXPECT_EQ(code_of("[" + repeat("[],", max) + "0]"), Code::json_too_large);
}

TEST(Json, strings_and_texts_are_bounded) {
    const std::size_t max = limits::json_string_bytes_max;
    EXPECT_EQ(must_parse('"' + repeat("a", max) + '"').root().string()->size(), max);
    EXPECT_EQ(code_of('"' + repeat("a", max + 1) + '"'), Code::json_too_large);
    EXPECT_EQ(code_of("\"\\n" + repeat("a", max) + '"'), Code::json_too_large);
    EXPECT_EQ(code_of("{\"" + repeat("a", max + 1) + "\":1}"), Code::json_too_large);
    must_parse("1" + repeat(" ", limits::webhook_body_bytes_max - 1));
    EXPECT_EQ(code_of("1" + repeat(" ", limits::json_bytes_max)), Code::json_too_large);
}

// Names of one length with a long common beginning are the dearest to compare. A quadratic check
// would compare 50 million pairs here; the time is not measured, the result is.
TEST(Json, a_large_object_of_alike_names_is_read) {
    const std::string common(80, 'x');
    std::string text = "{";
    for (int i = 0; i < 9999; ++i)
        text += (i ? ",\"" : "\"") + common + std::to_string(10000 + i) + "\":0";
    must_parse(text + "}");
    EXPECT_EQ(code_of(text + ",\"" + common + "10000\":0}"), Code::json_duplicate_member);
}

TEST(Json, gives_values_by_kind) {
    const JsonDocument document = must_parse(
        R"({"s":"a\nb","n":88.52,"i":-7,"t":true,"f":false,"z":null,"a":[1,"x"],"o":{"k":"v"}})");
    const Json root = document.root();
    EXPECT_EQ(root.kind(), JsonKind::object);
    EXPECT_EQ(root.size(), 8u);
    EXPECT_EQ(root.member("s")->string(), "a\nb");
    EXPECT_EQ(root.member("s")->raw(), R"("a\nb")");
    EXPECT_EQ(root.member("n")->number(), "88.52");
    EXPECT_EQ(root.member("i")->integer(), -7);
    EXPECT_EQ(root.member("t")->boolean(), true);
    EXPECT_EQ(root.member("f")->boolean(), false);
    EXPECT_TRUE(root.member("z")->is_null());
    EXPECT_EQ(root.member("a")->at(1).string(), "x");
    EXPECT_EQ(root.member("o")->raw(), R"({"k":"v"})");
    EXPECT_EQ(root.name_at(7), "o");
    EXPECT_EQ(root.at(2).integer(), -7);
    EXPECT_FALSE(root.member("absent"));
    EXPECT_FALSE(root.member("S"));
    // Asking for another kind gives nothing.
    const Json text = *root.member("s");
    EXPECT_FALSE(text.number() || text.integer() || text.boolean() || text.member("k"));
    EXPECT_EQ(text.size(), 0u);
    EXPECT_FALSE(root.member("n")->string());
    EXPECT_FALSE(root.member("z")->boolean());
}

TEST(Json, integers_are_exact_or_absent) {
    struct Case {
        std::string_view text;
        std::optional<std::int64_t> value;
    };
    const Case table[] = {
        {"0", 0},
        {"-0", 0},
        {"2886556407", 2886556407},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775808", {}},
        {"-9223372036854775809", {}},
        {"1.0", {}},
        {"1e3", {}},
        {"true", {}},
        {"\"1\"", {}},
    };
    for (const Case& c : table)
        EXPECT_EQ(must_parse(c.text).root().integer(), c.value) << c.text;
}

TEST(Json, undoes_escapes) {
    struct Case {
        std::string_view text;
        std::string_view value;
    };
    const Case table[] = {
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20AC")", "A\xC3\xA9\xE2\x82\xAC"},
        {R"("\uD83D\uDE00")", "\xF0\x9F\x98\x80"},
        {R"("\uDBFF\uDFFF")", "\xF4\x8F\xBF\xBF"},
        {R"("\uD800\uDC00")", "\xF0\x90\x80\x80"},
        {R"("a\u0000b")", "a\0b"sv},
        {R"("\ufffd\u007f\u0080\u07ff\u0800")", "\xEF\xBF\xBD\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80"},
        {R"("plain text before \n and a long plain text after")",
         "plain text before \n and a long plain text after"},
        {R"("12345678\\12345678\\")", "12345678\\12345678\\"},
    };
    for (const Case& c : table)
        EXPECT_EQ(must_parse(c.text).root().string(), c.value) << c.text;
}

// The end of a string is looked for eight bytes at a time: every place in the word must be seen.
TEST(Json, finds_special_bytes_at_every_offset) {
    for (std::size_t before = 0; before < 20; ++before)
        for (std::size_t after = 0; after < 20; ++after) {
            const std::string a(before, 'a');
            const std::string b(after, 'b');
            EXPECT_EQ(must_parse("\"" + a + b + "\"").root().string(), a + b);
            EXPECT_EQ(must_parse("\"" + a + "\\n" + b + "\"").root().string(), a + "\n" + b);
            EXPECT_EQ(code_of("\"" + a + "\x1f" + b + "\""), Code::json_invalid);
            EXPECT_EQ(code_of("\"" + a + "\"" + b + "\""), Code::json_invalid);
            EXPECT_EQ(must_parse("\"" + a + "\xC2\x80" + b + "\"").root().string(),
                      a + "\xC2\x80" + b);
        }
}

TEST(Json, reads_members_without_regard_to_case_unless_that_is_a_guess) {
    const JsonDocument document =
        must_parse(R"({"Iban":1,"BBAN":2,"bban":3,"Name":4,"NAME":5,"name[":6})");
    const Json root = document.root();
    EXPECT_EQ(root.member_any_case("IBAN")->integer(), 1);
    EXPECT_EQ(root.member_any_case("bban")->integer(), 3);
    EXPECT_EQ(root.member_any_case("BBAN")->integer(), 2);
    EXPECT_EQ(root.member_any_case("NAME")->integer(), 5);
    EXPECT_FALSE(root.member_any_case("name"));
    EXPECT_FALSE(root.member_any_case("NAME{"));
    EXPECT_FALSE(must_parse("[1]").root().member_any_case(""));
}

TEST(Json, handles_outlive_a_move_of_their_document) {
    JsonDocument document = must_parse(R"({"k":"v\n"})");
    const Json value = *document.root().member("k");
    const std::string_view text = *value.string();
    const JsonDocument moved = std::move(document);
    EXPECT_EQ(value.string(), "v\n");
    EXPECT_EQ(text, "v\n");
}

TEST(Json, says_where_and_not_what) {
    const auto parsed = JsonDocument::parse(R"({"token":"hush" "x":1})");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_TRUE(parsed.error().detail.contains("at byte 16:")) << parsed.error().detail;
    EXPECT_FALSE(parsed.error().detail.contains("hush"));
}

TEST(Json, reads_what_the_bank_publishes) {
    int read = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(settled::source_path("tests/fixtures/clearbank"))) {
        if (entry.path().extension() != ".json")
            continue;
        std::ostringstream body;
        body << std::ifstream(entry.path()).rdbuf();
        const JsonDocument document = must_parse(body.view());
        EXPECT_TRUE(document.root().member("Type")->is_string()) << entry.path();
        EXPECT_TRUE(document.root().member("Nonce")->integer()) << entry.path();
        ++read;
    }
    EXPECT_EQ(read, 27);
}

} // namespace
} // namespace settled::wire
