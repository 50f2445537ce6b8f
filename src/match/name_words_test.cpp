#include "match/name_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::match {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NameWords, are_folded_and_end_at_spaces_and_punctuation) {
    EXPECT_THAT(name_words("Ann Lee"), ElementsAre("ANN", "LEE"));
    EXPECT_THAT(name_words("Séan O'Brien-Smith"), ElementsAre("SEAN", "OBRIEN", "SMITH"));
    EXPECT_THAT(name_words("MÜLLER, Jürgen"), ElementsAre("MULLER", "JURGEN"));
    EXPECT_THAT(name_words("Acme Trading (UK) Ltd."), ElementsAre("ACME", "TRADING", "LTD"));
}

TEST(NameWords, are_each_there_once_cut_and_in_a_bounded_number) {
    EXPECT_THAT(name_words("Lee Lee lee"), ElementsAre("LEE"));
    EXPECT_THAT(name_words("Donaudampfschifffahrt"), ElementsAre("DONAUDAMPFSCHIFF"));
    EXPECT_EQ(name_words("one two three four five six seven").size(), words_of_name_max);
}

TEST(NameWords, of_what_has_no_letters_are_none) {
    for (const char* text : {"", " ", "Mr", "--", "\xff\xfe\xfd", "日本"})
        EXPECT_THAT(name_words(text), IsEmpty()) << text;
}

} // namespace
} // namespace settled::match
