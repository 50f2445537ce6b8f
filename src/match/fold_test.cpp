#include "match/fold.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

struct Case {
    std::string_view text;
    std::string_view folded;
};

TEST(Fold, letters_of_every_bank_s_customers_become_capitals) {
    constexpr Case cases[] = {
        {"inv-2041/a", "INV2041A"},
        {"Café Müller", "CAFEMULLER"},
        {"Straße", "STRASSE"},
        {"STRAẞE", "STRASSE"},
        {"Ærø Ångström", "AEROANGSTROM"},
        {"Łódź", "LODZ"},
        {"Œuvre œuvre", "OEUVREOEUVRE"},
        {"Þór Guðmundsson", "THORGUDMUNDSSON"},
        {"Đặng Thị Hồng Nguyễn", "DANGTHIHONGNGUYEN"},
        {"Iıİi", "IIII"},
        {"Șerban Țîrle", "SERBANTIRLE"},
        {"Дмитрий Щукин", "DMITRIISHCHUKIN"},
        {"Αθήνα Ψυχή", "ATHINAPSYCHI"},
        {"ＩＮＶ－２０４１", "INV2041"},
        {"n° 5²ª", "N52A"},
        {"日本 INV 7", "INV7"},
        {"\u202Eevil\u200B", "EVIL"},
        {"", ""},
    };
    for (const auto& [text, folded] : cases)
        EXPECT_EQ(fold_to_ascii(text), folded) << text;
}

TEST(Fold, composed_and_decomposed_letters_fold_alike) {
    constexpr Case cases[] = {{"Cafe\u0301", "Café"},
                              {"Mu\u0308ller", "Müller"},
                              {"A\u030Angstro\u0308m", "Ångström"},
                              {"Дмитри\u0438\u0306", "Дмитрий"},
                              {"\u0456\u0308", "ї"},
                              {"e\u0302\u0303", "ễ"}};
    for (const auto& [decomposed, composed] : cases)
        EXPECT_EQ(fold_to_ascii(decomposed).back(), fold_to_ascii(composed).back()) << composed;
    EXPECT_EQ(fold_to_ascii("Mu\u0308ller"), fold_to_ascii("Müller"));
}

TEST(Fold, bytes_that_are_no_utf_8_are_passed_over_alone) {
    constexpr Case cases[] = {
        {"A\xFF"
         "B",
         "AB"},                     // no lead byte
        {"A\xC3", "A"},             // ends too early
        {"A\xC3(B", "AB"},          // lead byte without its follower; the follower counts
        {"A\xC3Z", "AZ"},           //
        {"\xC1\x81Z", "Z"},         // overlong 'A'
        {"\xE0\x81\x81Z", "Z"},     // overlong 'A'
        {"\xED\xA0\x80Z", "Z"},     // surrogate
        {"\xF4\x90\x80\x80Z", "Z"}, // above U+10FFFF
        {"\xF0\x9D\x90\x80Z", "Z"}, // valid, but no letter of the tables
        {"\xF0\x9D\x90Z", "Z"},     // cut in its last byte
    };
    for (const auto& [text, folded] : cases)
        EXPECT_EQ(fold_to_ascii(text), folded) << ::testing::PrintToString(text);
}

TEST(Fold, every_letter_of_the_tables_gives_capitals_only) {
    for (unsigned c = 0x80; c < 0x800; ++c) {
        const char text[] = {static_cast<char>(0xC0U | (c >> 6U)),
                             static_cast<char>(0x80U | (c & 0x3FU)), 0};
        const auto folded = fold_to_ascii(text);
        EXPECT_LE(folded.size(), 4U);
        EXPECT_EQ(folded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
                  std::string::npos)
            << folded;
        if (c >= 0xC0 && c < 0x180 && c != 0xD7 && c != 0xF7)
            EXPECT_NE(folded, "") << "U+" << std::hex << c << " is a letter";
    }
}

TEST(Fold, a_cut_falls_between_characters_never_inside_one) {
    EXPECT_EQ(first_characters("aéb", 2), "aé");
    EXPECT_EQ(first_characters("aéb", 9), "aéb");
    EXPECT_EQ(first_characters("", 3), "");
    EXPECT_EQ(first_characters("a\xC3", 2), "a\xC3");
    EXPECT_EQ(first_characters("日本語", 2), "日本");
}

} // namespace
} // namespace settled::match
