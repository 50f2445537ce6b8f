#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace settled {
namespace {

constexpr std::array<std::string_view, 6> known{"serve",   "status", "store",
                                                "reviews", "keys",   "institutions"};

TEST(Nearest, a_typing_error_finds_its_word) {
    const struct {
        std::string_view word;
        std::string_view meant;
    } cases[] = {
        {"stauts", "status"},  {"sever", "serve"}, {"stores", "store"},      {"key", "keys"},
        {"reviws", "reviews"}, {"srve", "serve"},  {"inst", "institutions"}, {"status", "status"},
    };
    for (const auto& c : cases) {
        const auto found = nearest(c.word, known);
        ASSERT_TRUE(found.has_value()) << c.word;
        EXPECT_EQ(*found, c.meant) << c.word;
    }
}

TEST(Nearest, a_word_that_is_none_of_them_finds_nothing) {
    for (const char* word : {"", "frob", "x", "st", "payments"})
        EXPECT_FALSE(nearest(word, known).has_value()) << word;
    EXPECT_FALSE(nearest(std::string(100'000, 's'), known).has_value());
}

TEST(Nearest, the_question_is_asked_only_where_there_is_one) {
    EXPECT_EQ(did_you_mean("stauts", known), "; did you mean \"status\"?");
    EXPECT_EQ(did_you_mean("frob", known), "");
}

} // namespace
} // namespace settled
