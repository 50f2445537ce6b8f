// Why a settlement or payment is matched, or is not: the verdicts are those of the matching, the sentences name both
// values.
#include "units/matching/explain.h"

#include "units/matching/decide.h"
#include "units/matching/explain_sentences.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::World;

constexpr std::size_t limit = 20;

void register_payment(World& world, std::string_view id, std::int64_t minor,
                      std::string_view reference, std::string_view end_to_end_id = "") {
    auto payment = world.payment(id, minor);
    payment.reference = reference;
    payment.end_to_end_id = end_to_end_id;
    world.register_payment(payment);
}

Explanation explain(World& world, const std::string& transaction_id) {
    const domain::Settlement settlement = world.settlement(transaction_id);
    return world.read<Explanation>([&](store::Session& s) {
        return explain_settlement(s, world.context(), World::tenant, settlement, world.now(),
                                  limit);
    });
}
Explanation explain_payment_named(World& world, std::string_view client_id) {
    const domain::Payment payment = world.payment_named(client_id);
    return world.read<Explanation>([&](store::Session& s) {
        return explain_payment(s, world.context(), World::tenant, payment, limit);
    });
}

// "order-1 vetoed".
std::vector<std::string> verdicts(const Explanation& explained) {
    std::vector<std::string> all;
    for (const ExplainedPair& pair : explained.pairs)
        all.push_back(pair.payment.client_id + " " + std::string(token(pair.verdict)));
    return all;
}
std::string first_sentence(const Explanation& explained) {
    return explained.pairs.empty() ? "" : sentence_of(explained.pairs.front());
}

TEST(Explain, an_amount_that_differs_is_named_with_both_values) {
    World world;
    register_payment(world, "order-1", 1234, "");
    world.settle("t", 1243, "");
    world.pass_watermark();
    auto payment = world.payment("order-2", 1234);
    payment.reference = "INV-2041";
    world.register_payment(payment);
    world.settle("u", 1243, "INV-2042");
    world.pass_watermark();
    const Explanation explained = explain(world, "u");
    EXPECT_EQ(explained.outcome, ExplainedOutcome::unmatched);
    ASSERT_THAT(verdicts(explained), ElementsAre("order-2 vetoed")) << "its reference is near";
    EXPECT_THAT(first_sentence(explained),
                StartsWith("amount_differs: 12.34 expected, 12.43 paid"));
    EXPECT_THAT(first_sentence(explained),
                HasSubstr("one character of the reference differs: INV-2041 expected, INV-2042"));
    EXPECT_THAT(sentence_of(world.settlement("u"), explained), StartsWith("unmatched: none of 2"));
    EXPECT_EQ(decided_by(explained), "");
}

TEST(Explain, an_equal_reference_is_found_whatever_the_amount) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.settle("t", 1243, "INV-2041");
    world.pass_watermark();
    const Explanation explained = explain(world, "t");
    ASSERT_THAT(verdicts(explained), ElementsAre("order-1 vetoed"));
    EXPECT_EQ(first_sentence(explained),
              "amount_differs: 12.34 expected, 12.43 paid; reference and account agree");
}

TEST(Explain, each_veto_is_named_with_both_values) {
    struct Case {
        std::string_view payment_id, settlement_id; // end-to-end ids
        std::string_view payer, counterparty;
        std::chrono::minutes created_later{0};
        std::string_view sentence;
    };
    const Case cases[] = {
        {"E2E-000001",
         "E2E-000002",
         "",
         "",
         {},
         "end_to_end_id_differs: E2E-000001 expected, "
         "E2E-000002 paid"},
        {"", "", "60-16-13 31926819", "60-16-13 31926820", {}, "payer_differs: "},
        {"", "", "", "", std::chrono::minutes(30), "created_after_settlement: created "},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.sentence);
        World world;
        auto payment = world.payment("order-1", 1234);
        payment.reference = "INV-2041";
        payment.end_to_end_id = c.payment_id;
        if (!c.payer.empty())
            payment.payer = testing::party("601613 31926819");
        payment.created_at = world.now() + c.created_later;
        world.register_payment(payment);
        auto fact = world.fact(1234);
        fact.reference = "INV-2041";
        fact.end_to_end_id = c.settlement_id;
        if (!c.counterparty.empty())
            fact.counterparty = testing::party("601613 31926820");
        world.settle("t", fact);
        world.pass_watermark();
        const Explanation explained = explain(world, "t");
        ASSERT_THAT(verdicts(explained), ElementsAre("order-1 vetoed"));
        EXPECT_THAT(first_sentence(explained), StartsWith(std::string(c.sentence)));
        EXPECT_FALSE(differences_of(explained.pairs.front()).empty());
    }
}

TEST(Explain, a_match_names_the_rules_and_the_rank) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041", "E2E-000001");
    world.settle("t", 1234, "INV-2041", "E2E-000001");
    const Explanation explained = explain(world, "t");
    EXPECT_THAT(verdicts(explained), ElementsAre("order-1 match"));
    EXPECT_EQ(sentence_of(world.settlement("t"), explained),
              "matched to order-1 by the rules (rank 2, e2e+account+amount)");
    EXPECT_EQ(decided_by(explained), "rules");
    EXPECT_THAT(first_sentence(explained), StartsWith("fits: "));
    EXPECT_TRUE(differences_of(explained.pairs.front()).empty());
    const Explanation of_payment = explain_payment_named(world, "order-1");
    EXPECT_EQ(of_payment.outcome, ExplainedOutcome::matched);
    EXPECT_THAT(sentence_of(world.payment_named("order-1"), of_payment),
                StartsWith("settled: matched to stl_"));
}

TEST(Explain, before_its_watermark_a_settlement_says_when_it_is_matched) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.settle("t", 1234, "INV-2041");
    const Explanation before = explain(world, "t");
    EXPECT_THAT(verdicts(before), ElementsAre("order-1 match"));
    EXPECT_THAT(sentence_of(world.settlement("t"), before), HasSubstr("order-1 fits it, and is"));
    EXPECT_EQ(before.decided_at, world.settlement("t").received_at + world.context().watermark);
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("t"), "order-1") << "what was said came true";
}

// The explanation never says what the matching does not do.
TEST(Explain, judges_as_the_matching_does) {
    struct Case {
        const char* name;
        std::vector<std::pair<std::int64_t, std::string>> payments; // amount, reference
        std::int64_t minor;
        std::string_view reference;
    };
    const Case cases[] = {
        {"one", {{1234, "INV-2041"}}, 1234, "INV-2041"},
        {"two alike", {{1234, "INV-2041"}, {1234, "INV-2041"}}, 1234, "INV-2041"},
        {"cut", {{1234, "ACMESHOP2041"}, {1234, "ACMESHOP2042"}}, 1234, "ACMESHOP20"},
        {"cut, and one whole", {{1234, "ACMESHOP2041"}, {1234, "ACMESHOP20"}}, 1234, "ACMESHOP20"},
        {"nothing", {{1234, "INV-2041"}}, 1234, "RENT MARCH"},
        {"no reference", {{1234, "INV-2041"}}, 1234, ""},
        {"another amount", {{1234, "ACMESHOP-2041"}}, 1000, "ACMESHOP-2041"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        World world;
        for (std::size_t i = 0; i < c.payments.size(); ++i)
            register_payment(world, "order-" + std::to_string(i), c.payments[i].first,
                             c.payments[i].second);
        world.settle("t", c.minor, c.reference);
        const Explanation before = explain(world, "t");
        std::string would_be;
        for (const ExplainedPair& pair : before.pairs)
            if (pair.verdict == PairVerdict::match)
                would_be = pair.payment.client_id;
        world.pass_watermark();
        EXPECT_EQ(world.payment_of("t"), would_be);
        const domain::Settlement after = world.settlement("t");
        const auto has = [&](PairVerdict verdict) {
            const Explanation now = explain(world, "t");
            return std::ranges::any_of(
                now.pairs, [&](const ExplainedPair& pair) { return pair.verdict == verdict; });
        };
        EXPECT_EQ(has(PairVerdict::rival), after.status == domain::SettlementStatus::ambiguous);
        EXPECT_EQ(has(PairVerdict::suggested), after.suggested);
        EXPECT_EQ(has(PairVerdict::match), after.status == domain::SettlementStatus::matched);
    }
}

TEST(Explain, rivals_say_why_neither_was_taken) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    register_payment(world, "order-2", 1234, "INV-2041");
    world.settle("t", 1234, "INV-2041");
    world.pass_watermark();
    const Explanation explained = explain(world, "t");
    EXPECT_THAT(verdicts(explained), ElementsAre("order-1 rival", "order-2 rival"));
    EXPECT_THAT(first_sentence(explained), HasSubstr("another candidate has the same rank"));
    EXPECT_EQ(sentence_of(world.settlement("t"), explained),
              "ambiguous: 2 payments may be the one, and a person must decide");
    const Explanation of_payment = explain_payment_named(world, "order-2");
    EXPECT_EQ(of_payment.outcome, ExplainedOutcome::ambiguous);
    EXPECT_THAT(sentence_of(world.payment_named("order-2"), of_payment),
                HasSubstr("a person must decide"));
}

TEST(Explain, a_payment_that_is_settled_is_shown_as_not_open) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.settle("t", 1234, "INV-2041");
    world.pass_watermark();
    world.settle("again", 1234, "INV-2041");
    world.pass_watermark();
    const Explanation explained = explain(world, "again");
    ASSERT_THAT(verdicts(explained), ElementsAre("order-1 not_open"));
    EXPECT_THAT(first_sentence(explained), StartsWith("not_open: the payment is settled"));
    EXPECT_EQ(explained.pairs.front().rank, match::Rank::reference) << "it would fit, were it open";
}

TEST(Explain, a_payment_that_a_person_has_ruled_out_is_excluded) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.settle("t", 1234, "INV-2041");
    world.pass_watermark();
    const MatchId match = world.match_of("t")->id;
    (void)world.write<Result<DecisionResult>>([&](store::Session& s) {
        return undo(s, world.context(),
                    {World::tenant, std::nullopt, "key_1", "the customer called", world.now()},
                    match);
    });
    const Explanation explained = explain(world, "t");
    ASSERT_THAT(verdicts(explained), ElementsAre("order-1 vetoed"));
    EXPECT_THAT(first_sentence(explained), StartsWith("excluded: a person has said"));
    EXPECT_TRUE(explained.matches.empty());
}

TEST(Explain, a_payment_shows_the_settlement_that_is_near) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.settle("t", 1243, "INV-2042");
    world.pass_watermark();
    const Explanation explained = explain_payment_named(world, "order-1");
    ASSERT_EQ(explained.pairs.size(), 1U);
    EXPECT_EQ(explained.pairs.front().settlement.transaction_id, "t");
    EXPECT_THAT(first_sentence(explained),
                StartsWith("amount_differs: 12.34 expected, 12.43 paid"));
    EXPECT_THAT(sentence_of(world.payment_named("order-1"), explained),
                HasSubstr("expected: none of 1 settlement"));
}

TEST(Explain, payments_of_long_ago_are_not_looked_at) {
    World world;
    register_payment(world, "order-1", 1234, "INV-2041");
    world.clock().advance(explained_window + std::chrono::hours(1));
    world.settle("t", 1243, "INV-2042");
    world.pass_watermark();
    EXPECT_TRUE(explain(world, "t").pairs.empty());
}

TEST(Explain, the_nearest_come_first_and_no_more_than_were_asked_for) {
    World world;
    register_payment(world, "far", 1234, "RENT MARCH");
    for (int i = 0; i < 25; ++i)
        register_payment(world, "x" + std::to_string(i), 1234, "ORDER " + std::to_string(100 + i));
    register_payment(world, "near", 1234, "INV-2042");
    world.settle("t", 1234, "INV-2041");
    world.pass_watermark();
    const Explanation explained = explain(world, "t");
    ASSERT_EQ(explained.pairs.size(), limit);
    EXPECT_EQ(explained.pairs.front().payment.client_id, "near");
    EXPECT_EQ(explained.looked_at, 27U);
    EXPECT_FALSE(explained.limit_reached);
}

} // namespace
} // namespace settled::units
