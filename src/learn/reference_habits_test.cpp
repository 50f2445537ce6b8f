#include "learn/reference_habits.h"

#include "match/match_fields.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

// From the texts as they were written.
struct Texts {
    std::string sent, arrived;
};
void observe(ReferenceHabits& habits, const Texts& texts) {
    const std::string sent = match::canonical_reference(texts.sent);
    const std::string arrived = match::canonical_reference(texts.arrived);
    habits.observe({texts.sent, texts.arrived, sent, arrived});
}
Fate fate(const Texts& texts) {
    const std::string sent = match::canonical_reference(texts.sent);
    const std::string arrived = match::canonical_reference(texts.arrived);
    return fate_of({texts.sent, texts.arrived, sent, arrived});
}
std::string numbered(std::string_view text, int i) {
    return std::string(text) + std::to_string(1000 + i);
}

TEST(ReferenceHabits, the_fate_of_a_reference_has_a_name) {
    struct Case {
        Texts texts;
        Fate fate;
    };
    const Case cases[] = {
        {{"INV-2041", "inv 2041"}, Fate::whole},
        {{"INV-2041", "/ROC/INV-2041"}, Fate::whole},
        {{"ACME order 20417 London", "ACME order 20417 L"}, Fate::cut},
        {{"INV-2041", "INV-20"}, Fate::cut},
        {{"INV-20411", "INV-20411BGCX"}, Fate::extended},
        {{"INV-20411", "REF INV-20411"}, Fate::extended},
        {{"ACME order 20417 London", "FROM ANN ACME order 20"}, Fate::extended},
        {{"INV-2041", ""}, Fate::absent},
        {{"INV-2041", "NOTPROVIDED"}, Fate::absent},
        {{"INV-2041", "SALARY MARCH"}, Fate::replaced},
        {{"A1", "BASEMENT A1"}, Fate::replaced}, // too short to be found by more than chance
    };
    for (const Case& each : cases)
        EXPECT_EQ(fate(each.texts), each.fate) << each.texts.sent << " -> " << each.texts.arrived;
}

TEST(ReferenceHabits, nothing_sent_is_nothing_learnt) {
    ReferenceHabits habits;
    observe(habits, {"", "ANYTHING"});
    EXPECT_EQ(habits, ReferenceHabits());
}

TEST(ReferenceHabits, a_cap_is_found_where_spaces_are_cut_off_too) {
    ReferenceHabits habits;
    for (int i = 0; i < 50; ++i) {
        const std::string text =
            numbered("ORDER ", i) + (i % 5 == 0 ? "ABCDEFG " : "ABCDEFGH") + " MORE OF IT";
        const std::string cut = text.substr(0, 18);
        observe(habits, {text, cut.substr(0, cut.find_last_not_of(' ') + 1)});
        observe(habits, {numbered("SHORT ", i), numbered("SHORT ", i)});
    }
    EXPECT_EQ(habits.length_max(), 18U);
}

TEST(ReferenceHabits, one_reference_that_was_cut_is_no_cap) {
    ReferenceHabits habits;
    for (int i = 0; i < 50; ++i)
        observe(habits, {numbered("A LONG REFERENCE ", i), numbered("A LONG REFERENCE ", i)});
    EXPECT_EQ(habits.length_max(), std::nullopt);
    for (int i = 0; i < 4; ++i)
        observe(habits, {numbered("ANOTHER ONE ", i), "ANOTHER ON"});
    EXPECT_EQ(habits.length_max(), std::nullopt) << "most arrive longer than that";
}

TEST(ReferenceHabits, text_that_is_always_put_before_is_found_and_names_are_not) {
    ReferenceHabits fixed;
    ReferenceHabits names;
    for (int i = 0; i < 20; ++i) {
        observe(fixed, {numbered("INV", i), "FPO " + numbered("INV", i)});
        observe(names, {numbered("INV", i), numbered("PAYER", i * 7) + " " + numbered("INV", i)});
    }
    EXPECT_EQ(fixed.usual_prefix(), "FPO ");
    EXPECT_EQ(fixed.usual_suffix(), "");
    EXPECT_EQ(names.usual_prefix(), "");
}

TEST(ReferenceHabits, case_and_characters_are_learnt_from_what_arrives) {
    ReferenceHabits habits;
    for (int i = 0; i < 10; ++i)
        observe(habits, {numbered("Inv-a/", i), numbered("INV A/", i)});
    EXPECT_EQ(habits.letter_case(), "upper");
    EXPECT_EQ(habits.punctuation_kept(), "/");
    EXPECT_EQ(habits.punctuation_lost(), "-");
    EXPECT_EQ(ReferenceHabits().letter_case(), "");
}

} // namespace
} // namespace settled::learn
