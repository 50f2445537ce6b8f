#include "learn/mint.h"

#include "learn/preflight.h"
#include "match/match_fields.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

namespace settled::learn {
namespace {

TEST(Mint, a_mold_keeps_to_the_scheme) {
    struct Case {
        std::string_view scheme, stem;
        std::size_t length;
        bool good;
    };
    for (const Case& each :
         {Case{"fps", "", 0, true}, Case{"fps", "inv", 18, true}, Case{"fps", "", 19, false},
          Case{"bacs", "AB12", 18, true}, Case{"sepa", "", 25, true}, Case{"sepa", "", 26, false},
          Case{"swift", "", 35, true}, Case{"fps", "", 9, false}, Case{"fps", "LONGS", 0, false},
          Case{"fps", "A-B", 0, false}, Case{"fps", "É", 0, false},
          Case{"carrier-pigeon", "", 0, false}, Case{"", "", 0, false}})
        EXPECT_EQ(reference_format(each.scheme, each.stem, each.length).has_value(), each.good)
            << each.scheme << ' ' << each.stem << ' ' << each.length;
}

// Whatever a scheme does to it: no change of case, no lost character, no letter taken for another.
TEST(Mint, a_reference_survives_every_scheme) {
    std::mt19937 random(20261122); // NOLINT: a fixed seed
    const ReferenceFormat mold = reference_format("bacs", "inv", 18).value();
    std::set<std::string> heads;
    for (int i = 0; i < 5000; ++i) {
        std::array<std::uint8_t, 35> bytes{};
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        const std::string reference = make_reference(mold, bytes);
        ASSERT_EQ(reference.size(), 18U);
        ASSERT_TRUE(reference.starts_with("INV"));
        ASSERT_EQ(reference.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZI"), reference.npos);
        ASSERT_EQ(match::canonical_reference(reference), reference);
        ASSERT_TRUE(is_usable(reference));
        ASSERT_TRUE(warnings_for({reference, "bacs", std::nullopt}, {}).empty());
        heads.insert(std::string(head_of(reference)));
    }
    EXPECT_GE(heads.size(), 4999U) << "35 random bits in the first ten";
}

TEST(Mint, every_letter_is_as_likely) {
    std::array<int, 256> seen{};
    const ReferenceFormat mold = reference_format("fps", "", 10).value();
    for (int value = 0; value < 256; ++value)
        ++seen.at(static_cast<unsigned char>(
            make_reference(mold, Bytes(10, static_cast<std::uint8_t>(value)))[0]));
    for (const char c : std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
        EXPECT_EQ(seen.at(static_cast<unsigned char>(c)), 8);
    EXPECT_FALSE(is_usable(make_reference(mold, Bytes(10, 7)))) << "one character repeated";
}

TEST(Preflight, warns_of_what_will_go_wrong) {
    struct Case {
        std::string_view text, scheme;
        std::optional<std::size_t> length_max;
        std::vector<std::string> others;
        std::vector<Warning> expected;
    };
    using enum Warning;
    const Case cases[] = {
        {"INV-20411", "fps", {}, {}, {}},
        {"", "fps", {}, {"INV-20411"}, {}},
        {"NOTPROVIDED", "fps", {}, {}, {reference_is_sentinel}},
        {"RENT", "fps", {}, {}, {reference_too_short}},
        {"ACMESHOP-2041-LONDON", "fps", {}, {}, {reference_too_long_for_scheme}},
        {"ACMESHOP-2041-LONDON", "sepa", {}, {}, {}},
        {"Caf\u00e9 order 7", "fps", {}, {}, {reference_outside_charset}},
        {"INV_20411", "bacs", {}, {}, {reference_outside_charset}},
        // ten characters, the hyphen among them
        {"ACMESHOP-2041", "fps", 10, {"ACMESHOP-2042"}, {reference_cut_collides}},
        {"ACMESHOP-2041", "fps", 10, {"ACMESHOP-3042"}, {}},
        {"ACMESHOP-2041", "fps", 13, {"ACMESHOP-2042"}, {}},
        {"ACMESHOP-2041", "", {}, {"ACMESHOP-2042"}, {}},
        {"ACMESHOP-2041", "fps", {}, {"acmeshop 2041"}, {reference_repeats}},
        {"ACMESHOP-2",
         "fps",
         10,
         {"ACMESHOP-2041"},
         {reference_cut_collides}}, // that one becomes this one
        {"ACMESHOP-2041-LONDON",
         "fps",
         {},
         {"ACMESHOP-2041-LONDRES"},
         {reference_too_long_for_scheme, reference_cut_collides}},
    };
    for (const Case& each : cases)
        EXPECT_EQ(warnings_for({each.text, each.scheme, each.length_max}, each.others),
                  each.expected)
            << each.text;
}

} // namespace
} // namespace settled::learn
