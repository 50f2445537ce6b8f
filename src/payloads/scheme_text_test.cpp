#include "payloads/scheme_text.h"

#include <gtest/gtest.h>

namespace settled::payloads {
namespace {

TEST(SchemeText, each_set_takes_its_characters) {
    const std::string common = "azAZ09 /-?:().,'+";
    const std::string words = common + "#=!\"%&*<>;{@";
    EXPECT_EQ(parse_scheme_text(words, {CharacterSet::words}).value_or(""), words);
    EXPECT_EQ(parse_scheme_text(common, {CharacterSet::address}).value_or(""), common);
    EXPECT_EQ(parse_scheme_text(common, {CharacterSet::id, 35}).value_or(""), common);
    for (const char c : std::string_view("#=!\"%&*<>;{@"))
        for (const CharacterSet set : {CharacterSet::address, CharacterSet::id})
            EXPECT_FALSE(parse_scheme_text(std::string("a") + c, {set}).has_value()) << c;
    for (const char c : std::string_view("$[]^_`|~\\}\n\r\t\x7f"))
        EXPECT_FALSE(parse_scheme_text(std::string("a") + c, {CharacterSet::words}).has_value())
            << c;
}

TEST(SchemeText, the_first_character_that_is_not_carried_is_named) {
    const auto read = parse_scheme_text("O’Neill", {CharacterSet::words});
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Code::characters_not_allowed);
    EXPECT_EQ(read.error().detail, "the scheme does not carry the character '’' (U+2019)");
    EXPECT_NE(parse_scheme_text("a_b", {CharacterSet::words}).error().detail.find("'_' (U+005F)"),
              std::string::npos);
}

TEST(SchemeText, nothing_is_cut) {
    const SchemeText eighteen{CharacterSet::words, 18};
    EXPECT_TRUE(parse_scheme_text(std::string(18, 'x'), eighteen).has_value());
    const auto read = parse_scheme_text(std::string(19, 'x'), eighteen);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Code::value_invalid);
    EXPECT_EQ(read.error().detail,
              "give at most 18 characters: the scheme carries no more, and this has 19");
    // Characters count, not bytes, and those that are sent.
    const SchemeText two{CharacterSet::words, 2, true};
    EXPECT_EQ(parse_scheme_text("éé", two).value_or(""), "ee");
    EXPECT_FALSE(parse_scheme_text("æß", two).has_value());
}

TEST(SchemeText, spaces_alone_say_nothing) {
    EXPECT_FALSE(parse_scheme_text("  ", {CharacterSet::words}).has_value());
    EXPECT_FALSE(parse_scheme_text("", {CharacterSet::words}).has_value());
    EXPECT_TRUE(parse_scheme_text(" a ", {CharacterSet::words}).has_value());
    for (const char* id : {" a", "a "})
        EXPECT_FALSE(parse_scheme_text(id, {CharacterSet::id}).has_value()) << id;
}

TEST(SchemeText, letters_and_marks_are_written_plainly) {
    const struct {
        const char* from;
        const char* to;
    } cases[] = {
        {"Ann Lee", "Ann Lee"},
        {"Zoë", "Zoe"},
        {"ZOË", "ZOE"},
        {"Ærø", "Aero"},
        {"Straße", "Strasse"},
        {"Łódź", "Lodz"},
        {"Šťastný", "Stastny"},
        {"Žižek", "Zizek"},
        {"Ÿÿ", "Yy"},
        {"Nguyễn", "Nguyen"},
        {"Zoe\xcc\x88", "Zoe"},
        {"Ελένη", "Eleni"},
        {"Щукин", "Shchukin"},
        {"O’Neill", "O'Neill"},
        {"“A” – B…", "\"A\" - B..."},
        {"A\u00a0B", "A B"},
        {"a_b[c]", "a-b(c)"},
        {"ＡＢ１", "AB1"},
        {"A{B}", "A{B)"},
        {"5 €", "5 €"},
        {"m²", "m²"},
        {"日本", "日本"},
        {"$", "$"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(transliterated(c.from), c.to) << c.from;
}

TEST(SchemeText, a_letter_without_a_plain_form_is_refused) {
    for (const char* text : {"5 €", "日本", "m²", "$", "a\u200bb"})
        EXPECT_EQ(parse_scheme_text(text, {CharacterSet::words, 140, true}).error().code,
                  Code::characters_not_allowed)
            << text;
    EXPECT_EQ(parse_scheme_text("1 & 2", {CharacterSet::address, 140, true}).error().code,
              Code::characters_not_allowed);
}

} // namespace
} // namespace settled::payloads
