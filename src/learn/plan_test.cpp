// The two arguments of plan.h as properties, and a planted bug that shows what they are for.
#include "learn/plan.h"

#include "learn/testing.h"
#include "match/choice.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

using namespace testing;
using match::MatchFields;

// What a probe of the keys of one kind finds (match/keys.h), computed from the fields.
bool finds(KeyKind kind, const KeyPlan& plan, const MatchFields& looker, const MatchFields& other) {
    const std::string& mine = looker.reference;
    const std::string& theirs = other.reference;
    const bool same_block = looker.account == other.account && looker.amount == other.amount;
    if (!same_block)
        return false;
    switch (kind) {
    case KeyKind::uetr:
        return !looker.uetr.empty() && looker.uetr == other.uetr;
    case KeyKind::end_to_end_id:
        return looker.end_to_end_id.size() >= match::end_to_end_id_min &&
               looker.end_to_end_id == other.end_to_end_id;
    case KeyKind::whole:
        return !mine.empty() && mine == theirs;
    case KeyKind::shorter:
        return theirs.size() >= match::part_min && theirs.size() < mine.size() &&
               mine.starts_with(theirs);
    case KeyKind::longer: {
        const std::size_t most = std::min(mine.size(), plan.probed_prefix_max);
        const auto* const above = std::ranges::upper_bound(match::prefix_lengths, most);
        if (above == std::begin(match::prefix_lengths))
            return false;
        const std::size_t length = *std::prev(above);
        return length < theirs.size() && length <= plan.stored_prefix_max &&
               theirs.substr(0, length) == mine.substr(0, length);
    }
    }
    return false;
}

// By keys that no plan leaves out: the payer, ids and references in each other's place, the end of
// a reference, and that there is none.
bool finds_anyway(const MatchFields& looker, const MatchFields& other) {
    const std::string& mine = looker.reference;
    const std::string& theirs = other.reference;
    const bool by_end = std::min(mine.size(), theirs.size()) >= match::part_min &&
                        (mine.ends_with(theirs) || theirs.ends_with(mine));
    const bool by_payer =
        !looker.other_account.empty() && looker.other_account == other.other_account;
    const bool is_single_use = looker.single_use || other.single_use;
    return is_single_use || mine.empty() || theirs.empty() || by_end || by_payer ||
           match::compare(looker, other).crossed || match::compare(other, looker).crossed;
}

// Keys lie in the block of the account and amount; what differs there is looked for elsewhere.
std::vector<MatchFields> in_block_of(const MatchFields& looker,
                                     const std::vector<MatchFields>& others) {
    std::vector<MatchFields> same;
    std::ranges::copy_if(others, std::back_inserter(same), [&](const MatchFields& other) {
        return other.account == looker.account && other.amount == looker.amount;
    });
    return same;
}

constexpr std::array kinds{KeyKind::uetr, KeyKind::end_to_end_id, KeyKind::whole, KeyKind::shorter,
                           KeyKind::longer};

std::vector<MatchFields> gather(KeyKinds under, const KeyPlan& plan, const MatchFields& looker,
                                const std::vector<MatchFields>& others) {
    std::vector<MatchFields> found;
    for (const MatchFields& other : in_block_of(looker, others))
        if (finds_anyway(looker, other) || std::ranges::any_of(kinds, [&](KeyKind k) {
                return under.has(k) && finds(k, plan, looker, other);
            }))
            found.push_back(other);
    return found;
}

struct Verdict {
    match::Outcome outcome = match::Outcome::none;
    std::vector<MatchFields> candidates;
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

Verdict judge(const MatchFields& settlement, const std::vector<MatchFields>& all) {
    const auto payments = in_block_of(settlement, all);
    const match::Choice choice =
        match::choose_payment(settlement, payments, match::Coverage::complete);
    Verdict verdict{choice.outcome, {}};
    for (const match::Candidate& candidate : choice.candidates)
        verdict.candidates.push_back(payments[candidate.index]);
    return verdict;
}

// As a settlement is judged under a plan: a first probe, and all keys if that finds a candidate.
Verdict judge_by(const KeyPlan& plan, const MatchFields& settlement,
                 const std::vector<MatchFields>& payments) {
    if (gather(plan.first, plan, settlement, payments).empty())
        return {};
    return judge(settlement, gather(KeyKinds::all(), plan, settlement, payments));
}

rc::Gen<KeyPlan> any_plan() {
    return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 16),
                                       rc::gen::element(Looker::payment, Looker::settlement),
                                       rc::gen::element<std::size_t>(8, 10, 12, 18, 35, no_cap),
                                       rc::gen::element<std::size_t>(8, 10, 12, 18, 35, no_cap)),
                        [](const auto& parts) {
                            const auto& [rare, looker, probed, stored] = parts;
                            KeyPlan plan;
                            plan.first = first_kinds(RareThings(rare), looker);
                            plan.probed_prefix_max = std::min(probed, stored);
                            plan.stored_prefix_max = stored;
                            return plan;
                        });
}

TEST(Plan, no_plan_turns_a_verdict_into_another_match) {
    const auto property = [] {
        const auto payments = *match::testing::any_identities(6);
        const MatchFields settlement = *match::testing::any_identity();
        const KeyPlan plan = *any_plan();
        const Verdict planned = judge_by(plan, settlement, payments);
        const Verdict full = judge(settlement, payments);
        RC_CLASSIFY(full.outcome == match::Outcome::ambiguous, "ambiguous");
        RC_CLASSIFY(planned.outcome != full.outcome, "left out");
        RC_ASSERT(planned == full || planned.outcome == match::Outcome::none);
    };
    EXPECT_TRUE(match::testing::holds(property));
}

// What the property is there for: a verdict on the first look alone gives A's money to C.
TEST(Plan, judging_by_a_part_of_the_keys_would_be_wrong) {
    MatchFields settlement = match::testing::identity_of({.reference = "ACMESHOP20"});
    const std::vector payments{match::testing::identity_of({.reference = "ACMESHOP20"}),
                               match::testing::identity_of({.reference = "ACMESHOP2041"})};
    KeyPlan plan;
    plan.first = KeyKinds::all().without(KeyKind::longer);
    EXPECT_EQ(judge(settlement, gather(plan.first, plan, settlement, payments)).outcome,
              match::Outcome::one);
    EXPECT_EQ(judge_by(plan, settlement, payments).outcome, match::Outcome::ambiguous);
}

TEST(Plan, a_plan_without_gaps_finds_all_that_can_be_ranked) {
    const auto property = [] {
        const auto payments = *match::testing::any_identities(6);
        const MatchFields settlement = *match::testing::any_identity();
        const auto found = gather(KeyKinds::all(), KeyPlan{}, settlement, payments);
        for (const MatchFields& payment : in_block_of(settlement, payments))
            if (match::relate(payment, settlement).rank)
                RC_ASSERT(std::ranges::find(found, payment) != found.end());
    };
    EXPECT_TRUE(match::testing::holds(property));
}

// However caps come and go, and whenever a payment was stored.
TEST(Plan, every_length_that_nodes_probe_is_stored_for_every_payment) {
    const auto property = [] {
        const auto steps =
            *rc::gen::container<std::vector<std::pair<std::size_t, int>>>(rc::gen::pair(
                rc::gen::element<std::size_t>(8, 10, 15, 18, no_cap), rc::gen::inRange(1, 30)));
        CapState state;
        Instant now = noon;
        std::vector<std::size_t> stored;
        for (const auto& [cap, minutes] : steps) {
            stored.push_back(stored_cap(state, now));
            state = next_state(state, cap, now);
            stored.push_back(stored_cap(state, now));
            now = now + std::chrono::minutes(minutes);
            stored.push_back(stored_cap(state, now));
            for (const std::size_t under : stored)
                RC_ASSERT(state.floor <= under);
            RC_ASSERT(cautious_plan().probed_prefix_max <= state.floor);
        }
    };
    EXPECT_TRUE(match::testing::holds(property));
}

TEST(Plan, a_new_cap_is_probed_before_any_payment_is_stored_under_it) {
    const CapState state = next_state({}, 18, noon);
    EXPECT_EQ(plan_of({.cap = state, .now = noon}).probed_prefix_max, 18U);
    EXPECT_EQ(plan_of({.cap = state, .now = noon}).stored_prefix_max, no_cap);
    EXPECT_EQ(plan_of({.cap = state, .now = noon + settle_in}).stored_prefix_max, 18U);
    EXPECT_EQ(plan_of({.cap = state, .shadow = true, .now = noon + settle_in}).stored_prefix_max,
              no_cap);
}

TEST(Plan, a_cut_is_a_shorter_reference_to_the_payment_and_a_longer_one_to_the_settlement) {
    RareThings rare;
    rare.add(Rare::cut);
    EXPECT_FALSE(first_kinds(rare, Looker::payment).has(KeyKind::shorter));
    EXPECT_TRUE(first_kinds(rare, Looker::payment).has(KeyKind::longer));
    EXPECT_FALSE(first_kinds(rare, Looker::settlement).has(KeyKind::longer));
    EXPECT_TRUE(first_kinds(rare, Looker::settlement).has(KeyKind::shorter));
    EXPECT_TRUE(first_kinds(RareThings(0xF), Looker::payment).has(KeyKind::whole))
        << "one key, never left out";
}

// A bank that passes everything on whole, `count` times.
void behave(Profile& profile, int count) {
    for (int i = 0; i < count; ++i)
        profile.observe(pair_of(2, {}, {}), noon);
}

TEST(Plan, nothing_is_rare_before_it_was_looked_for_often) {
    Profile profile(noon);
    EXPECT_EQ(rare_things(profile), RareThings());
    behave(profile, 500);
    EXPECT_EQ(rare_things(profile), RareThings());
    behave(profile, 100);
    EXPECT_TRUE(rare_things(profile).has(Rare::cut));
    EXPECT_TRUE(rare_things(profile).has(Rare::extended));
    EXPECT_FALSE(rare_things(profile).has(Rare::end_to_end_id_survives))
        << "matches by it do not teach it";
}

// The worst case: every match that a left out key would have made is lost but those of the shadow
// share.
TEST(Plan, a_bank_that_changes_is_noticed_through_the_shadow) {
    const crypto::Hmac key(as_bytes("a tenant's key"));
    Profile profile(noon);
    behave(profile, 5000);
    ASSERT_TRUE(rare_things(profile).has(Rare::cut));
    int payments = 0;
    int learnt = 0;
    while (rare_things(profile).has(Rare::cut) && payments < 20'000) {
        ++payments;
        if (!is_shadow(key, payments))
            continue;
        profile.observe(pair_of(2, {.reference = "ACMESHOP2041"}, {.reference = "ACMESHOP20"}),
                        noon);
        ++learnt;
    }
    EXPECT_LE(learnt, 70);
    EXPECT_LE(payments, 64 * 100);
}

TEST(Plan, the_shadow_is_one_in_64_and_each_tenants_own) {
    const crypto::Hmac mine(as_bytes("a tenant's key"));
    const crypto::Hmac yours(as_bytes("another tenant's key"));
    int count = 0;
    int both = 0;
    for (int id = 1; id <= 64'000; ++id) {
        count += is_shadow(mine, id) ? 1 : 0;
        both += is_shadow(mine, id) && is_shadow(yours, id) ? 1 : 0;
    }
    EXPECT_NEAR(count, 1000, 150);
    EXPECT_LT(both, 60);
}

TEST(Plan, a_cap_is_of_all_that_arrives_at_a_bank) {
    Profile cuts_at_ten(noon);
    for (int i = 0; i < 2000; ++i)
        cuts_at_ten.observe(
            pair_of(2, {.reference = "ACMESHOP2041LONDON"}, {.reference = "ACMESHOP20"}), noon);
    EXPECT_EQ(prefix_cap(std::array{cuts_at_ten}), 10U);
    Profile cuts_at_eighteen(noon);
    for (int i = 0; i < 2000; ++i)
        cuts_at_eighteen.observe(pair_of(2, {.reference = "ACMESHOP2041LONDONEC1V"},
                                         {.reference = "ACMESHOP2041LONDON"}),
                                 noon);
    EXPECT_EQ(prefix_cap(std::array{cuts_at_ten, cuts_at_eighteen}), 18U);
    EXPECT_EQ(prefix_cap({}), no_cap);
    EXPECT_EQ(prefix_cap(std::array{Profile(noon)}), no_cap);
    EXPECT_EQ(cuts_at_ten.reference().length_max(), 10U);
}

TEST(Plan, the_saving_is_counted_in_keys) {
    Profile profile(noon);
    for (int i = 0; i < 2000; ++i)
        profile.observe(
            pair_of(2, {.reference = "ACMESHOP2041LONDON"}, {.reference = "ACMESHOP20"}), noon);
    KeyPlan plan;
    plan.stored_prefix_max = 10;
    plan.first = KeyKinds::all().without(KeyKind::longer);
    const Saving saving = saving_of(profile, plan);
    EXPECT_EQ(saving.stored_without, 4 * one); // whole, 8, 12, 15; 10 is a loose block of its own
    EXPECT_EQ(saving.stored_with, 2 * one);
    EXPECT_EQ(saving.looked_without, 12 * one); // whole, 10 beginnings, one listed prefix
    EXPECT_EQ(saving.looked_with, 11 * one);
}

} // namespace
} // namespace settled::learn
