// Properties of the verdict in random small worlds, against a second, simpler statement of the
// rules.
#include "match/choice.h"
#include "match/testing.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>

namespace settled::match {
namespace {

using testing::any_identities;
using testing::any_identity;

// The ladder said again without tables: none for no rank.
constexpr int none = -1;
bool differ(const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
}
bool equal(const std::string& a, const std::string& b) {
    return !a.empty() && a == b;
}
bool alike(const std::string& a, const std::string& b) {
    const bool inside = std::min(a.size(), b.size()) >= 6 && (a.contains(b) || b.contains(a));
    return equal(a, b) || inside;
}

struct Oracle {
    const MatchFields& payment;
    const MatchFields& settlement;
    const std::string& p = payment.reference;
    const std::string& s = settlement.reference;
    bool id_there = payment.end_to_end_id.size() >= 6 && payment.end_to_end_id == s;
    bool reference_there =
        (settlement.end_to_end_id.size() >= 6 && settlement.end_to_end_id == p) ||
        (settlement.end_to_end_id.size() >= 20 && p.starts_with(settlement.end_to_end_id));
    bool uetr = equal(payment.uetr, settlement.uetr);
    bool id =
        equal(payment.end_to_end_id, settlement.end_to_end_id) && payment.end_to_end_id.size() >= 6;
    bool part = std::min(p.size(), s.size()) >= 8 && p != s &&
                (p.starts_with(s) || p.ends_with(s) || s.starts_with(p) || s.ends_with(p));
    bool from_start = (p == s || part) && std::min(p.size(), s.size()) >= 10 &&
                      p.substr(0, 10) == s.substr(0, 10);
    bool payer = equal(payment.other_account, settlement.other_account);

    bool contradicts() const {
        return payment.account != settlement.account || differ(payment.uetr, settlement.uetr) ||
               (differ(payment.end_to_end_id, settlement.end_to_end_id) && !reference_there) ||
               differ(payment.other_account, settlement.other_account) ||
               payment.at.us - settlement.at.us > 300'000'000;
    }
    int at_another_amount() const {
        if (uetr || id)
            return 3;
        return from_start || (equal(p, s) && payer) ? 12 : none;
    }
    int by_reference() const {
        if (equal(p, s))
            return payer ? 5 : 6;
        if (part)
            return payer ? 7 : 8;
        if (!p.empty() && !s.empty() && !id_there)
            return none;
        if (payer)
            return 9;
        return alike(payment.other_name, settlement.other_name) ? 10 : 11;
    }
    int rank() const {
        if (contradicts())
            return none;
        if (payment.single_use)
            return 0;
        if (payment.amount != settlement.amount)
            return at_another_amount();
        if (uetr)
            return 1;
        if (id && (!reference_there || !s.empty()))
            return 2;
        return id_there || reference_there ? 4 : by_reference();
    }
};
int oracle(const MatchFields& payment, const MatchFields& settlement) {
    return Oracle{payment, settlement}.rank();
}

int number(std::optional<Rank> rank) {
    return rank ? static_cast<int>(*rank) : none;
}

TEST(Worlds, the_ladder_is_what_the_oracle_says_and_every_rank_occurs) {
    std::set<int> seen;
    for (int run = 0; run < 6; ++run)
        EXPECT_TRUE(testing::holds([&seen] {
            const auto payment = *any_identity();
            const auto settlement = *any_identity();
            const auto rank = number(relate(payment, settlement).rank);
            RC_ASSERT(rank == oracle(payment, settlement));
            seen.insert(rank);
        }));
    EXPECT_EQ(seen, (std::set{none, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(Worlds, the_order_of_candidates_does_not_matter) {
    EXPECT_TRUE(testing::holds([] {
        const auto self = *any_identity();
        const auto others = *any_identities(6);
        const auto seen = *rc::gen::weightedElement<Coverage>(
            {{5, Coverage::complete}, {1, Coverage::by_keys}, {1, Coverage::truncated}});
        std::vector<std::size_t> order(others.size());
        std::iota(order.begin(), order.end(), 0);
        const auto seed = *rc::gen::arbitrary<unsigned>();
        std::ranges::shuffle(order, std::minstd_rand(seed));
        std::vector<MatchFields> shuffled;
        for (const auto index : order)
            shuffled.push_back(others[index]);

        const auto straight = choose_payment(self, others, seen);
        auto mixed = choose_payment(self, shuffled, seen);
        for (auto& candidate : mixed.candidates)
            candidate.index = order[candidate.index];
        std::ranges::sort(mixed.candidates, {},
                          [](const Candidate& c) { return std::pair(c.rank, c.index); });
        RC_ASSERT(mixed.outcome == straight.outcome);
        RC_ASSERT(mixed.candidates == straight.candidates);
    }));
}

TEST(Worlds, two_at_the_best_rank_are_never_one) {
    EXPECT_TRUE(testing::holds([] {
        const auto self = *any_identity();
        const auto others = *any_identities(6);
        std::vector<int> ranks; // of those that may win
        for (const auto& other : others)
            if (const auto rank = oracle(other, self);
                rank != none && relate(other, self).may_match())
                ranks.push_back(rank);
        const auto choice = choose_payment(self, others, Coverage::complete);
        if (ranks.empty()) {
            RC_ASSERT(choice.outcome == Outcome::none);
            return;
        }
        const auto best = std::ranges::min(ranks);
        RC_ASSERT(choice.outcome != Outcome::none);
        const auto winner = std::ranges::find_if(
            choice.candidates, [](const Candidate& c) { return c.policy != Policy::suggest; });
        RC_ASSERT(number(winner->rank) == best);
        if (std::ranges::count(ranks, best) > 1)
            RC_ASSERT(choice.outcome == Outcome::ambiguous);
        RC_ASSERT((choice.outcome == Outcome::one) == (choice.candidates.size() == 1));
    }));
}

TEST(Worlds, a_vetoed_candidate_changes_nothing) {
    EXPECT_TRUE(testing::holds([] {
        const auto self = *any_identity();
        auto others = *any_identities(4);
        const auto stranger = *any_identity();
        if (oracle(stranger, self) != none)
            return;
        const auto before = choose_payment(self, others, Coverage::complete);
        others.push_back(stranger);
        const auto after = choose_payment(self, others, Coverage::complete);
        RC_ASSERT(after.outcome == before.outcome);
        RC_ASSERT(after.candidates == before.candidates);
    }));
}

// More evidence can decide only by being better than all there was.
TEST(Worlds, a_newcomer_breaks_a_tie_only_by_winning_it) {
    int ties = 0;
    EXPECT_TRUE(testing::holds([&ties] {
        const auto self = *any_identity();
        auto others = *any_identities(4);
        const auto before = choose_settlement(self, others, Coverage::complete);
        if (before.outcome != Outcome::ambiguous)
            return;
        ++ties;
        others.push_back(*any_identity());
        const auto after = choose_settlement(self, others, Coverage::complete);
        RC_ASSERT(after.outcome != Outcome::none);
        if (after.outcome == Outcome::one) {
            RC_ASSERT(after.candidates[0].index == others.size() - 1);
            RC_ASSERT(after.candidates[0].rank < before.candidates[0].rank);
        }
    }));
    EXPECT_GT(ties, 100) << "the generator no longer makes ties";
}

TEST(Worlds, overflow_never_makes_a_verdict_bolder) {
    EXPECT_TRUE(testing::holds([] {
        const auto self = *any_identity();
        const auto others = *any_identities(4);
        const auto seen = choose_payment(self, others, Coverage::complete);
        const auto cut_short = choose_payment(self, others, Coverage::truncated);
        RC_ASSERT(cut_short.outcome != Outcome::none);
        if (cut_short.outcome == Outcome::one) {
            RC_ASSERT(seen.outcome == Outcome::one);
            RC_ASSERT(seen.candidates == cut_short.candidates);
            RC_ASSERT(cut_short.candidates[0].rank <= Rank::end_to_end_id);
        }
    }));
}

struct Pair {
    std::size_t payment;
    std::size_t settlement;
    Rank rank;
};

// Those that choose each other: what the server would match.
std::vector<Pair> matches(const std::vector<MatchFields>& payments,
                          const std::vector<MatchFields>& settlements) {
    std::vector<Pair> found;
    for (std::size_t s = 0; s < settlements.size(); ++s) {
        const auto choice = choose_payment(settlements[s], payments, Coverage::complete);
        if (choice.outcome != Outcome::one)
            continue;
        const auto p = choice.candidates[0].index;
        const auto back = choose_settlement(payments[p], settlements, Coverage::complete);
        if (back.outcome == Outcome::one && back.candidates[0].index == s)
            found.push_back({p, s, choice.candidates[0].rank});
    }
    return found;
}

TEST(Worlds, a_pair_that_chooses_each_other_has_no_equal_alternative) {
    int matched = 0;
    EXPECT_TRUE(testing::holds([&matched] {
        const auto payments = *any_identities(3);
        const auto settlements = *any_identities(3);
        std::set<std::size_t> used;
        for (const auto& [p, s, rank] : matches(payments, settlements)) {
            ++matched;
            RC_ASSERT(used.insert(p).second);
            RC_ASSERT(oracle(payments[p], settlements[s]) == static_cast<int>(rank));
            for (std::size_t i = 0; i < payments.size(); ++i) {
                const auto other = oracle(payments[i], settlements[s]);
                RC_ASSERT(i == p || other == none || other > static_cast<int>(rank));
            }
            for (std::size_t i = 0; i < settlements.size(); ++i) {
                const auto other = oracle(payments[p], settlements[i]);
                RC_ASSERT(i == s || other == none || other > static_cast<int>(rank));
            }
        }
    }));
    EXPECT_GT(matched, 100) << "the generator no longer makes matches";
}

// What a bank may do to a payment's fields on their way (docs/matching.md).
rc::Gen<MatchFields> settled_by_a_bank(const MatchFields& payment) {
    return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 5), rc::gen::inRange<std::size_t>(8, 20),
                                       rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
                                       rc::gen::arbitrary<bool>()),
                        [payment](const auto& choices) {
                            const auto& [change, length, id_lost, payer_lost, payer_shown] =
                                choices;
                            MatchFields settlement = payment;
                            if (change >= 3)
                                settlement.reference = settlement.reference.substr(0, length);
                            if (change == 0)
                                settlement.reference.clear();
                            if (id_lost)
                                settlement.end_to_end_id.clear();
                            if (payer_lost)
                                settlement.other_account.clear();
                            else if (payer_shown && settlement.other_account.empty())
                                settlement.other_account = "PAYER1";
                            settlement.at = payment.at + std::chrono::seconds(1);
                            return settlement;
                        });
}

// Payments of one account and amount whose references are of eight or more, most of them beginnings
// of others. As long as all payments are known, none of the banks' cuts and omissions makes a wrong
// match.
TEST(Worlds, cut_and_lost_fields_never_lead_to_another_payment) {
    int matched = 0;
    EXPECT_TRUE(testing::holds([&matched] {
        auto payments = *any_identities(3);
        std::vector<MatchFields> settlements;
        for (auto& payment : payments) {
            payment.account = "ACCOUNT1";
            payment.amount = testing::money(100);
            payment.at = {0};
            payment.uetr.clear();
            payment.single_use = false;
            if (payment.reference.size() < 8)
                payment.reference = "ACMESHOP";
            settlements.push_back(*settled_by_a_bank(payment));
        }
        for (const auto& [p, s, rank] : matches(payments, settlements)) {
            ++matched;
            RC_ASSERT(p == s);
        }
    }));
    EXPECT_GT(matched, 100) << "the generator no longer makes matches";
}

} // namespace
} // namespace settled::match
