#include "learn/profile.h"

#include "learn/testing.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

using namespace testing;

TEST(Evidence, an_identifier_is_learnt_only_from_matches_made_without_it) {
    struct Case {
        int rank;
        bool uetr, end_to_end_id, reference, payer, latency;
    };
    for (const Case& each :
         {Case{0, true, true, true, true, true}, Case{1, false, true, true, true, true},
          Case{2, true, false, true, true, true}, Case{3, false, false, true, true, true},
          Case{4, false, false, false, false, true}, Case{5, true, true, false, false, true},
          Case{6, false, false, false, false, true}, Case{7, false, false, false, false, false},
          Case{8, false, false, false, false, false}, Case{12, false, false, false, false, false},
          Case{-1, false, false, false, false, false}}) {
        EXPECT_EQ(teaches(each.rank, Identifier::uetr), each.uetr) << each.rank;
        EXPECT_EQ(teaches(each.rank, Identifier::end_to_end_id), each.end_to_end_id) << each.rank;
        EXPECT_EQ(teaches(each.rank, Identifier::reference), each.reference) << each.rank;
        EXPECT_EQ(teaches(each.rank, Identifier::payer), each.payer) << each.rank;
        EXPECT_EQ(teaches_latency(each.rank), each.latency) << each.rank;
    }
}

TEST(Evidence, a_pair_counts_for_the_institution_the_scheme_and_the_receiving_bank) {
    MatchedPair pair = pair_of(2, {}, {});
    EXPECT_EQ(key_of(pair), (ProfileKey{"monzo", "fps", "GB040401"}));
    EXPECT_EQ(sending_bank_of(pair), "GB601613");
    pair.settlement_scheme = "Transfer"; // what happened, whatever was planned
    EXPECT_EQ(key_of(pair).scheme, "internal");
    pair.settlement_scheme = "";
    EXPECT_EQ(key_of(pair).scheme, "fps");
    pair.institution_id = "";
    EXPECT_EQ(key_of(pair).institution, "bank:GB601613");
    pair.settlement.other_account = pair.payment.other_account = "";
    EXPECT_EQ(key_of(pair).institution, "");
}

TEST(Profile, survival_counts_what_was_sent_and_what_arrived) {
    Profile profile(noon);
    profile.observe(
        pair_of(1, {.uetr = "u-1"}, {.reference = "INV-20", .end_to_end_id = "", .uetr = "u-1"}),
        noon);
    EXPECT_EQ(profile.survival(Identifier::end_to_end_id), (Survival{0, one, 0}));
    EXPECT_EQ(profile.survival(Identifier::reference), (Survival{0, 0, one}));
    EXPECT_EQ(profile.survival(Identifier::payer), (Survival{one, 0, 0}));
    EXPECT_EQ(profile.survival(Identifier::uetr), Survival{}) << "it made the match";
    profile.observe(pair_of(1, {.reference = "", .end_to_end_id = "", .payer = ""}, {}), noon);
    EXPECT_EQ(profile.survival(Identifier::reference).seen(), one)
        << "what was not sent is not missed";
    EXPECT_EQ(profile.observed(), 2 * one);
}

TEST(Profile, a_match_by_what_is_left_of_a_reference_teaches_nothing) {
    Profile profile(noon);
    profile.observe(pair_of(8, {}, {.end_to_end_id = ""}), noon);
    EXPECT_EQ(profile, Profile(noon));
}

TEST(Profile, old_observations_fade) {
    Profile profile(noon);
    for (int i = 0; i < 100; ++i)
        profile.observe(pair_of(2, {}, {}), noon);
    Profile later = profile;
    later.fade_to(noon + std::chrono::days(45));
    EXPECT_NEAR(static_cast<double>(later.observed()), 50.0 * one, one);
    later = profile;
    later.fade_to(noon - std::chrono::days(45));
    EXPECT_EQ(later, profile);
}

rc::Gen<MatchedPair> any_pair() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::inRange(0, 9),
                       rc::gen::element<std::string>("INV-2041", "ACMESHOP-2042 LONDON", ""),
                       rc::gen::inRange<std::size_t>(0, 21), rc::gen::arbitrary<bool>()),
        [](const auto& parts) {
            const auto& [rank, reference, cut, keeps_id] = parts;
            return pair_of(rank, {.reference = reference},
                           {.reference = reference.substr(0, cut),
                            .end_to_end_id = keeps_id ? "E2E-0001" : ""});
        });
}

TEST(Profile, the_order_of_observations_and_merging_make_no_difference) {
    const auto property = [](std::size_t cut) {
        auto pairs = *rc::gen::container<std::vector<MatchedPair>>(any_pair());
        Profile whole(noon);
        Profile first(noon);
        Profile second(noon);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            whole.observe(pairs[i], noon);
            (i < cut % (pairs.size() + 1) ? first : second).observe(pairs[i], noon);
        }
        std::ranges::reverse(pairs);
        Profile backwards(noon);
        for (const MatchedPair& pair : pairs)
            backwards.observe(pair, noon);
        second.merge(first);
        for (const Profile* other : {&second, &backwards}) {
            for (const Identifier identifier : identifiers)
                RC_ASSERT(other->survival(identifier) == whole.survival(identifier));
            RC_ASSERT(other->latency() == whole.latency());
            RC_ASSERT(other->observed() == whole.observed());
            RC_ASSERT(other->reference().cut_at == whole.reference().cut_at);
            RC_ASSERT(other->reference().length_max() == whole.reference().length_max());
        }
    };
    EXPECT_TRUE(match::testing::holds(property));
}

TEST(Profile, a_stored_profile_is_read_back) {
    const auto property = [] {
        const auto pairs = *rc::gen::container<std::vector<MatchedPair>>(any_pair());
        Profile profile(noon);
        for (const MatchedPair& pair : pairs)
            profile.observe(pair, noon);
        const auto read = Profile::parse(profile.to_json());
        RC_ASSERT(read.has_value());
        RC_ASSERT(*read == profile);
    };
    EXPECT_TRUE(match::testing::holds(property));
}

TEST(Profile, a_text_that_is_no_profile_is_refused) {
    const std::string good = Profile(noon).to_json();
    for (const std::string& text :
         {std::string("{}"), std::string("[]"), std::string("7"), std::string(""),
          good.substr(0, good.size() - 1), "{\"format\":2" + good.substr(11)})
        EXPECT_FALSE(Profile::parse(text).has_value()) << text;
}

} // namespace
} // namespace settled::learn
