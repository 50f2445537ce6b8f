#include "match/match_fields.h"

#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

struct Case {
    std::string_view raw;
    std::string_view canonical;
};

TEST(Canonical, sentinels_are_absent_values) {
    for (const std::string_view nothing : {"NOTPROVIDED",
                                           "NOT PROVIDED",
                                           "Not Provided",
                                           "notprovided.",
                                           "NOTPROVIDEDXXX",
                                           "NOTPROVIDE",
                                           "NOTPROVI",
                                           "NONREF",
                                           "NON REF",
                                           "NONE",
                                           "none",
                                           "NULL",
                                           "N/A",
                                           "na",
                                           "-",
                                           "--",
                                           "UNKNOWN",
                                           "000000000",
                                           "AAAA",
                                           "X",
                                           "...",
                                           "   ",
                                           "",
                                           "\xFF"}) {
        EXPECT_EQ(canonical(nothing), "") << nothing;
        EXPECT_EQ(canonical_reference(nothing), "") << nothing;
        EXPECT_EQ(canonical_end_to_end_id(nothing), "") << nothing;
    }
}

TEST(Canonical, a_text_that_only_resembles_a_sentinel_is_a_value) {
    for (const std::string_view value :
         {"NOTPROV", "NOTPROVIDEDBYBANK7", "NAOMI", "NONREF1", "AB", "10", "NONE0F", "UNKNOWN1"})
        EXPECT_EQ(canonical(value), value);
}

TEST(Canonical, a_reference_loses_what_banks_put_around_it) {
    constexpr Case cases[] = {
        {"INV-2041", "INV2041"},
        {"  inv 2041 ", "INV2041"},
        {"/ROC/INV-2041", "INV2041"},
        {"/roc/INV-2041", "INV2041"},
        {"/RELID/INV-2041", "INV2041"},
        {"/RFB//INV/2041", "2041"},
        {"/RFB/ /INV/ X2041", "X2041"},
        {"Payment from Hermione Grainger: For herbs", "FORHERBS"},
        {"PAYMENT FROM A: B: C", "BC"},
        {"Payment from Zoë: /ROC/INV-2041", "INV2041"},
        {"Payment from nobody", "PAYMENTFROMNOBODY"},
        {"Payment from X:tight", "PAYMENTFROMXTIGHT"},
        {"INV-2041 BGC", "INV2041"},
        {"INV-2041 bgc  ", "INV2041"},
        {"INV2041BGC", "INV2041BGC"},
        {"BGC", "BGC"},
        {"/ULTD/John Smith", "ULTDJOHNSMITH"},
        {"/UNKNOWN/INV-2041", "UNKNOWNINV2041"},
        {"/ROC/NOTPROVIDED", ""},
        {"/ROC/", ""},
    };
    for (const auto& [raw, expected] : cases)
        EXPECT_EQ(canonical_reference(raw), expected) << raw;
}

TEST(Canonical, a_reference_ends_at_140) {
    std::string longest;
    while (longest.size() < reference_chars_max)
        longest += "AB";
    EXPECT_EQ(canonical_reference(longest), longest);
    EXPECT_EQ(canonical_reference(longest + "Z"), longest);
    EXPECT_EQ(canonical_reference(std::string(500'000, 'A') + "B"), "")
        << "its first 140 are one character";
}

TEST(Canonical, an_end_to_end_id_is_what_faster_payments_carries_of_it) {
    constexpr Case cases[] = {
        {"EndToEndId8", "ENDTOENDID8"},
        {"II-20230215153252", ""},
        {" ii-2023", ""},
        {"III-2023", "III2023"},
        {"IIX", "IIX"},
        {"4289457hd38djoa783jw9qag3", "4289457HD38DJOA783JW9QAG3"},
        {"0123456789012345678901234567890ABCD", "0123456789012345678901234567890"},
        {"a9582f8e-08be-4cca-9f01-1ad3be96532", "A9582F8E08BE4CCA9F011AD3BE9"},
        {"a9582f8e-08be-4cca-9f01-1ad3be9", "A9582F8E08BE4CCA9F011AD3BE9"},
    };
    for (const auto& [raw, expected] : cases)
        EXPECT_EQ(canonical_end_to_end_id(raw), expected) << raw;
}

// Texts rich in what the functions look for.
rc::Gen<std::string> any_text() {
    return rc::gen::map(
        rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
            rc::gen::element<std::string>("A", "b", "7", " ", "-", "/", ": ", "ß", "Œ", "e\u0301",
                                          "щ", "\xC3", "\xFF", "/ROC/", "/INV/", "Payment from ",
                                          "NOTPROVIDED", "NONE", "II-", " BGC", "ＡＢ"),
            rc::gen::string<std::string>())),
        [](const std::vector<std::string>& parts) {
            std::string text;
            for (const auto& part : parts)
                text += part;
            return text;
        });
}

bool capitals_and_digits(const std::string& text) {
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
}

TEST(Canonical, applied_twice_is_applied_once) {
    EXPECT_TRUE(testing::holds([] {
        const auto text = *any_text();
        for (auto* const function : {canonical, canonical_reference, canonical_end_to_end_id}) {
            const auto once = function(text);
            RC_ASSERT(function(once) == once);
            RC_ASSERT(canonical(once) == once);
            RC_ASSERT(capitals_and_digits(once));
        }
    }));
}

TEST(Canonical, an_id_cut_by_the_bank_is_the_same_id) {
    EXPECT_TRUE(testing::holds([] {
        const auto id =
            "7" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("Aa7-/ ")));
        RC_ASSERT(canonical_end_to_end_id(id.substr(0, 31)) == canonical_end_to_end_id(id));
    }));
}

TEST(Canonical, a_cut_reference_is_a_beginning_of_the_whole) {
    EXPECT_TRUE(testing::holds([] {
        const auto text =
            "R" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABab7-/ .")));
        const auto length = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
        RC_ASSERT(
            canonical_reference(text).starts_with(canonical_reference(text.substr(0, length))) ||
            canonical_reference(text).empty());
    }));
}

} // namespace
} // namespace settled::match
