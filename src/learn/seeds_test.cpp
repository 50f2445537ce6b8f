#include "learn/seeds.h"

#include "learn/pattern_length.h"
#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

Result<Seeds> read(std::string_view text) {
    const auto document = wire::JsonDocument::parse(text).value();
    return read_seeds(document.root());
}

TEST(PatternLength, is_the_longest_text_that_an_expression_allows) {
    struct Case {
        std::string_view pattern;
        std::optional<std::size_t> length;
    };
    const Case cases[] = {
        {"^[a-zA-Z0-9 ]{1,18}$", 18},
        {"^.{0,35}$", 35},
        {R"(^(?!\s)[\w .\-]{1,18}(?<!\s)$)", 18},
        {"^(?=.{6,18}$)[A-Z]+[0-9]*$", 18},
        {"^(INV|ORDER)-[0-9]{4}$", 10},
        {"^(?:[A-Z]{2}){1,3}x?$", 7},
        {"^[]a]{2}$", 2},
        {R"(^\u0041\x42\d{3}\.$)", 6},
        {"^a{3}$|^b{5}$", 5},
        {"^é{2}$", 2},
        {"^[A-Z]{1,}$", std::nullopt},
        {"^[A-Z]+$", std::nullopt},
        {"[A-Z]{1,18}", std::nullopt}, // not anchored: it is found in texts of any length
        {"^a$|b", std::nullopt},
        {"^a\\$", std::nullopt},
        {R"(^(a)\1$)", std::nullopt},
        {"^(a$", std::nullopt},
        {"^[a$", std::nullopt},
        {"^a)$", std::nullopt},
        {"^a{x}$", std::nullopt},
        {"^a{99999999999999999999}$", std::nullopt},
        {"", std::nullopt},
        {"^", std::nullopt},
        {"^(?<", std::nullopt},
        {"^\\", std::nullopt},
    };
    for (const Case& each : cases)
        EXPECT_EQ(pattern_length_max(each.pattern), each.length) << each.pattern;
}

// Each character once, times three for each "{2,3}".
double most(std::string_view pattern) {
    auto length = static_cast<double>(pattern.size());
    for (std::size_t at = pattern.find("{2,3}"); at != pattern.npos;
         at = pattern.find("{2,3}", at + 1))
        length *= 3;
    return length;
}

TEST(PatternLength, any_pattern_of_a_provider_is_read) {
    const auto property = [] {
        const auto pieces =
            *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                "^", "$", "(", ")", "(?:", "(?=", "(?!", "(?<", "[", "]", "[^", "{", "}", "{2,3}",
                "{,", "*", "?", "+", "|", "\\", "\\u", "\\x", "\\p{", "a", "\xC3", "\xA9", ">", ":",
                "$)"));
        std::string pattern;
        for (const std::string& piece : pieces)
            pattern += piece;
        for (const std::string& whole : {pattern, "^" + pattern + "$"})
            if (const auto length = pattern_length_max(whole))
                RC_ASSERT(static_cast<double>(*length) <= most(whole));
    };
    EXPECT_TRUE(match::testing::holds(property));
}

TEST(PatternLength, has_bounds_of_its_own) {
    EXPECT_EQ(pattern_length_max("^" + std::string(2000, 'a') + "$"), std::nullopt);
    EXPECT_EQ(pattern_length_max("^" + std::string(100, '(') + std::string(100, ')') + "$"),
              std::nullopt);
    EXPECT_EQ(pattern_length_max("^((((((a{9999}){9999}){9999}){9999}){9999}){9999})$"),
              std::nullopt);
}

TEST(Seeds, are_read_in_our_own_form) {
    const auto seeds = read(R"({"institutions":[
        {"institution_id":"monzo","scheme":"FasterPayments","reference_chars_max":18},
        {"institution_id":"starling","reference_chars_max":12}]})");
    ASSERT_TRUE(seeds.has_value());
    EXPECT_EQ(seeds->seeds, (std::vector<Seed>{{"monzo", "fps", 18}, {"starling", "", 12}}));
}

TEST(Seeds, are_read_out_of_a_providers_schemas) {
    const auto seeds = read(R"({"meta":{"count":3},"data":[
        {"institutionId":"monzo","schema":{"type":"object","properties":{"paymentRequest":{"properties":
            {"reference":{"type":"string","pattern":"^[a-zA-Z0-9 ]{1,18}$"}}}},
            "if":{},"then":{"properties":{"reference":{"pattern":"^.{1,10}$"}}}}},
        {"id":"free","schema":{"properties":{"reference":{"pattern":"^.*$"}}}},
        {"schema":{"properties":{"reference":{"pattern":"^.{1,9}$"}}}}]})");
    ASSERT_TRUE(seeds.has_value());
    EXPECT_EQ(seeds->seeds, (std::vector<Seed>{{"monzo", "", 10}})) << "the strictest";
    EXPECT_EQ(seeds->without_length, 2U);
}

TEST(Seeds, may_be_members_under_their_names) {
    const auto seeds = read(R"({"data":{"monzo":{"properties":{"reference":{"maxLength":16}}}}})");
    ASSERT_TRUE(seeds.has_value());
    EXPECT_EQ(seeds->seeds, (std::vector<Seed>{{"monzo", "", 16}}));
}

TEST(Seeds, a_wrong_seed_is_named_with_its_place) {
    struct Case {
        std::string_view text, detail;
    };
    for (const Case& each :
         {Case{"{}", "institutions"}, Case{R"({"institutions":7})", "institutions: give a list"},
          Case{R"({"institutions":[7]})", "institutions[0]: give an object"},
          Case{R"({"institutions":[{"institution_id":"a b","reference_chars_max":1}]})",
               "institutions[0].institution_id"},
          Case{R"({"institutions":[{"institution_id":"a","reference_chars_max":0}]})",
               "institutions[0].reference_chars_max"},
          Case{R"({"institutions":[{"institution_id":"a","reference_chars_max":141}]})",
               "institutions[0].reference_chars_max"},
          Case{R"({"institutions":[{"institution_id":"a","reference_chars_max":9,"more":1}]})",
               "institutions[0].more"},
          Case{R"([])", "institutions"}}) {
        const auto seeds = read(each.text);
        ASSERT_FALSE(seeds.has_value()) << each.text;
        EXPECT_TRUE(seeds.error().detail.starts_with(each.detail)) << seeds.error().detail;
    }
}

} // namespace
} // namespace settled::learn
