#include "record_linkage/memo_compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace settled::record_linkage {
namespace {

// A book in which BGC, PAYMENT and DONATION are usual, and the side of the origins cuts at 15.
class MemoCompare : public ::testing::Test {
  protected:
    MemoCompare() {
        for (int i = 0; i < 400; ++i) {
            const std::string name = "NAME" + std::to_string(i * 7919 % 1000) + "X";
            const std::string whole = name + (i % 2 == 0 ? " PAYMENT BGC" : " DONATION BGC");
            use(origins_, whole.substr(0, 15));
            use(destinations_, whole);
        }
    }
    void use(std::vector<std::uint32_t>& uses, std::string_view memo) {
        const std::uint32_t number = book_.add(memo);
        uses.resize(std::max<std::size_t>(uses.size(), number + 1));
        ++uses[number];
    }
    MemoMatch compare(std::string_view origin, std::string_view destination) {
        use(origins_, origin);
        use(destinations_, destination);
        origins_.resize(book_.memo_count());
        destinations_.resize(book_.memo_count());
        const MemoComparer comparer(book_, origins_, destinations_);
        return comparer.compare(book_.add(origin), book_.add(destination));
    }

    MemoBook book_;
    std::vector<std::uint32_t> origins_;
    std::vector<std::uint32_t> destinations_;
};

TEST_F(MemoCompare, says_how_two_memos_are_alike_and_what_is_left) {
    struct Case {
        const char* origin;
        const char* destination;
        Likeness likeness;
        bool exact;
        Rest origin_rest;
        Rest destination_rest;
    };
    const Case cases[] = {
        {"MATTHIAS CORVIN", "MATTHIAS CORVIN", Likeness::equal, true, Rest::none, Rest::none},
        {"matthias corvín", "Matthias/Corvin", Likeness::equal, true, Rest::none, Rest::none},
        // Cut at 15, inside a word and between words.
        {"MATTHIAS C PAYM", "MATTHIAS C PAYMENT BGC", Likeness::aligned, true, Rest::none,
         Rest::behind_cut},
        {"MATTHIAS PAYMEN", "MATTHIAS PAYMENT", Likeness::aligned, true, Rest::none, Rest::none},
        // Not cut, only shorter.
        {"CORVINUS", "CORVINUS PAYMENT", Likeness::aligned, true, Rest::none, Rest::usual},
        {"CORVINUS PAYMENT", "CORVINUS BGC", Likeness::aligned, true, Rest::usual, Rest::usual},
        {"CORVINUS", "CORVINUS HUNGARY", Likeness::aligned, true, Rest::none, Rest::rare},
        // Initials, and a letter mistaken.
        {"M CORVINUS", "MATTHIAS CORVINUS", Likeness::aligned, false, Rest::none, Rest::none},
        {"MATTHIAS CORVINVS", "MATTHIAS CORVINUS", Likeness::aligned, false, Rest::none,
         Rest::none},
        // Cut at the head.
        {"TTHIAS CORVINUS", "MATTHIAS CORVINUS", Likeness::aligned, true, Rest::none, Rest::none},
        {"PAYMENT BGC", "PAYMENT BGC X", Likeness::nothing_shared, true, Rest::none, Rest::none},
        {"CORVINUS", "SKINNER", Likeness::nothing_shared, true, Rest::none, Rest::none},
        {"", "SKINNER", Likeness::one_empty, true, Rest::none, Rest::none},
        {"NOTPROVIDED", "-", Likeness::both_empty, true, Rest::none, Rest::none},
    };
    for (const Case& c : cases) {
        const MemoMatch match = compare(c.origin, c.destination);
        SCOPED_TRACE(std::string(c.origin) + " / " + c.destination);
        EXPECT_EQ(match.likeness, c.likeness);
        EXPECT_EQ(match.exact, c.exact);
        EXPECT_EQ(match.origin_rest, c.origin_rest);
        EXPECT_EQ(match.destination_rest, c.destination_rest);
    }
}

TEST_F(MemoCompare, values_what_is_rare_and_a_pair_of_words_hardly_more_than_one_of_them) {
    for (int i = 0; i < 20; ++i)
        use(origins_, "ALBRECHT DUERER");
    const float one = compare("ALBRECHT SAXONIA", "ALBRECHT FRANKONIA").shared;
    const float both = compare("ALBRECHT DUERER A1", "ALBRECHT DUERER B2").shared;
    const float rare = compare("MELANCHTHON A3", "MELANCHTHON B4").shared;
    EXPECT_GT(one, 2);
    EXPECT_LT(both, one + 1);
    EXPECT_GT(rare, one + 2);
}

TEST_F(MemoCompare, a_signature_never_hides_what_compare_would_find) {
    const std::vector<std::string> memos = {
        "MATTHIAS C PAYM", "MATTHIAS CORVINUS", "M CORVINUS BGC", "TTHIAS CORVINUS", "X",
        "X PAYMENT",       "CORVINVS M",        "INV000123"};
    for (const std::string& memo : memos) {
        use(origins_, memo);
        use(destinations_, memo);
    }
    origins_.resize(book_.memo_count());
    destinations_.resize(book_.memo_count());
    const MemoComparer comparer(book_, origins_, destinations_);
    int found = 0;
    for (const std::string& a : memos)
        for (const std::string& b : memos) {
            const std::uint32_t x = book_.add(a);
            const std::uint32_t y = book_.add(b);
            if (comparer.compare(x, y).shared < shared_min)
                continue;
            ++found;
            EXPECT_TRUE(MemoComparer::may_share(comparer.signature(x), comparer.signature(y)))
                << a << " / " << b;
        }
    EXPECT_GT(found, 15);
}

} // namespace
} // namespace settled::record_linkage
