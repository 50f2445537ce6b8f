// What people decide: once, with their name and reason, and for good.
#include "units/matching/decide.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::PaymentStatus;
using domain::SettlementStatus;
using testing::gbp;
using testing::World;

domain::NewPayment twin(const World& world, std::string_view id, std::int64_t minor = 1234) {
    auto payment = world.payment(id, minor);
    payment.reference = "INV-2041";
    return payment;
}

void arrive(World& world, std::string_view id, std::int64_t minor = 1234) {
    auto fact = world.fact(minor);
    fact.reference = "INV-2041";
    world.settle(id, fact);
}

Decision decision(World& world, std::optional<ReviewId> review = std::nullopt,
                  bool dry_run = false) {
    return {World::tenant, review, "key_1", "the customer called", world.now(), dry_run};
}

// "" when it was done, else the code.
std::string code_of(const Result<DecisionResult>& done) {
    return done ? "" : std::string(info(done.error().code).token);
}

std::string match(World& world, std::string_view settlement, std::vector<PaymentPart> parts,
                  std::optional<ReviewId> review = std::nullopt) {
    const auto id = world.settlement(settlement).id;
    const auto shared = std::make_shared<const std::vector<PaymentPart>>(std::move(parts));
    return code_of(world.write<Result<DecisionResult>>([&](store::Session& s) {
        return match_by_hand(s, world.context(), decision(world, review), id, shared);
    }));
}

std::string undo_match_of(World& world, MatchId id) {
    return code_of(world.write<Result<DecisionResult>>(
        [&](store::Session& s) { return undo(s, world.context(), decision(world), id); }));
}

std::string reject_settlement(World& world, std::string_view settlement) {
    const auto id = world.settlement(settlement).id;
    return code_of(world.write<Result<DecisionResult>>(
        [&](store::Session& s) { return reject(s, world.context(), decision(world), id); }));
}

TEST(Decide, accepts_a_candidate_once) {
    World world;
    world.register_payment(twin(world, "p1"));
    world.register_payment(twin(world, "p2"));
    arrive(world, "t");
    const auto review = world.reviews().at(0).id;
    EXPECT_EQ(match(world, "t", {{"p2", std::nullopt}}, review), "");
    EXPECT_EQ(world.payment_of("t"), "p2");
    EXPECT_EQ(world.match_of("t")->actor, "key_1");
    EXPECT_THAT(world.match_of("t")->evidence, ::testing::HasSubstr("the customer called"));
    const auto closed = world.reviews("closed").at(0);
    EXPECT_EQ(closed.decision, "accept");
    EXPECT_EQ(closed.actor, "key_1");
    EXPECT_EQ(match(world, "t", {{"p1", std::nullopt}}, review), "state_conflict");
    EXPECT_EQ(world.payment_named("p1").status, PaymentStatus::expected);
}

TEST(Decide, a_decision_makes_its_rivals_clear) {
    World world;
    world.register_payment(twin(world, "p1"));
    world.register_payment(twin(world, "p2"));
    arrive(world, "t1");
    arrive(world, "t2");
    EXPECT_EQ(match(world, "t1", {{"p1", std::nullopt}}), "");
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("t2"), "p2") << "one is left for one";
    EXPECT_TRUE(world.reviews("open").empty());
}

TEST(Decide, a_settlement_matched_by_hand_to_another_amount_blocks_no_other_match) {
    World world;
    world.register_payment(twin(world, "p"));
    auto other = world.payment("q", 2000);
    other.reference = "OTHER-99";
    world.register_payment(other);
    arrive(world, "t1");
    arrive(world, "t2");
    world.pass_watermark();
    ASSERT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
    EXPECT_EQ(match(world, "t2", {{"q", std::nullopt}}), "");
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("t1"), "p");
    EXPECT_TRUE(world.reviews().empty());
}

TEST(Decide, shares_a_settlement_out_exactly) {
    World world;
    world.register_payment(twin(world, "p1", 400));
    world.register_payment(twin(world, "p2", 700));
    arrive(world, "t", 1000);
    EXPECT_EQ(match(world, "t", {{"p1", gbp(400)}, {"p2", gbp(500)}}), "value_invalid");
    EXPECT_EQ(match(world, "t", {{"p1", gbp(500)}, {"p1", gbp(500)}}), "value_invalid");
    EXPECT_EQ(match(world, "t", {{"p1", gbp(400)}, {"nobody", gbp(600)}}), "not_found");
    EXPECT_TRUE(world.pairs().empty());
    EXPECT_EQ(match(world, "t", {{"p1", gbp(400)}, {"p2", gbp(600)}}), "");
    EXPECT_EQ(world.payment_named("p1").status, PaymentStatus::settled);
    EXPECT_EQ(world.payment_named("p2").status, PaymentStatus::partially_settled);
    EXPECT_EQ(world.payment_named("p2").identity.amount, gbp(100));
}

TEST(Decide, a_rejected_settlement_is_looked_for_no_more) {
    World world;
    arrive(world, "t");
    EXPECT_EQ(reject_settlement(world, "t"), "");
    EXPECT_EQ(world.register_payment(twin(world, "p")).payment.status, PaymentStatus::expected);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::rejected);
    EXPECT_EQ(reject_settlement(world, "t"), "state_conflict");
    EXPECT_EQ(match(world, "t", {{"p", std::nullopt}}), "state_conflict");
}

TEST(Decide, a_rejection_publishes_no_event_a_second_time) {
    World world;
    arrive(world, "t");
    world.clock().advance(world.context().unmatched_grace);
    ASSERT_EQ(world.run_due(), 1);
    EXPECT_EQ(reject_settlement(world, "t"), "");
    EXPECT_EQ(world.events().size(), 1);
    EXPECT_EQ(world.settlement("t").version, 1);
}

TEST(Decide, an_undone_match_stays_on_record_and_is_not_made_again) {
    World world;
    world.register_payment(twin(world, "p"));
    arrive(world, "t");
    world.pass_watermark();
    const auto made = *world.match_of("t");
    EXPECT_EQ(undo_match_of(world, made.id), "");
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::expected);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
    world.clock().advance(std::chrono::hours(1));
    world.run_due();
    EXPECT_EQ(world.payment_of("t"), "") << "somebody said that it is not p";
    const auto record = world.read<std::optional<domain::Match>>(
        [&](store::Session& s) { return store::find_match(s, World::tenant, made.id); });
    EXPECT_TRUE(record->ended_at.has_value());
    EXPECT_EQ(undo_match_of(world, made.id), "state_conflict");
    arrive(world, "u");
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("u"), "p") << "the payment waits for its own money";
    EXPECT_EQ(match(world, "t", {{"p", std::nullopt}}), "state_conflict") << "p is settled";
}

TEST(Decide, an_undone_part_gives_the_payment_its_rest_back) {
    World world;
    auto payment = twin(world, "p", 1000);
    payment.end_to_end_id = "E2E0000001";
    world.register_payment(payment);
    auto fact = world.fact(400);
    fact.end_to_end_id = "E2E0000001";
    world.settle("t1", fact);
    world.clock().advance(world.context().watermark);
    world.run_due();
    fact.amount = gbp(600);
    world.settle("t2", fact);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::settled);
    EXPECT_EQ(undo_match_of(world, world.match_of("t1")->id), "");
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::partially_settled);
    EXPECT_EQ(world.payment_named("p").identity.amount, gbp(400));
    EXPECT_EQ(world.payment_of("t2"), "p") << "the other part stays";
}

Result<DecisionResult> undo_match_of_t(World& world, bool dry_run) {
    const MatchId id = world.match_of("t")->id;
    return world.write<Result<DecisionResult>>([&](store::Session& s) {
        return undo(s, world.context(), decision(world, std::nullopt, dry_run), id);
    });
}

std::vector<std::string> told(World& world) {
    std::vector<std::string> types;
    for (const auto& event : world.events())
        types.push_back(event.type);
    return types;
}

TEST(Decide, after_an_undo_what_fits_without_an_id_is_for_a_person) {
    World world;
    for (const char* order : {"2041", "2042"}) {
        auto payment = world.payment(order, 2000);
        payment.reference = "ACMESHOP-" + std::string(order);
        world.register_payment(payment);
    }
    auto fact = world.fact(2000);
    fact.reference = "ACMESHOP-20";
    world.settle("t", fact);
    world.pass_watermark();
    EXPECT_EQ(match(world, "t", {{"2041", std::nullopt}}), "");
    const auto asked = undo_match_of_t(world, true);
    const auto done = undo_match_of_t(world, false);
    for (const auto* each : {&asked, &done}) {
        ASSERT_TRUE(each->has_value());
        EXPECT_EQ((*each)->status, SettlementStatus::ambiguous);
        EXPECT_TRUE((*each)->pairs.empty());
        ASSERT_EQ((*each)->candidates.size(), 1);
        EXPECT_EQ((*each)->candidates[0].client_id, "2042");
    }
    world.clock().advance(std::chrono::hours(1));
    (void)world.run_due();
    EXPECT_TRUE(world.pairs().empty()) << "the rules took 2041 away by no fact of their own";
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_EQ(world.reviews().at(0).kind, "settlement_ambiguous");
    EXPECT_THAT(world.reviews().at(0).detail, ::testing::HasSubstr("only_suggested"));
    EXPECT_THAT(told(world),
                ::testing::ElementsAre("settlement.ambiguous", "settlement.matched",
                                       "settlement.unmatched", "settlement.ambiguous"));
    EXPECT_EQ(match(world, "t", {{"2042", std::nullopt}}, world.reviews().at(0).id), "");
    EXPECT_EQ(world.payment_of("t"), "2042");
}

TEST(Decide, after_an_undo_an_id_still_decides_and_the_evidence_counts_who_was_left_out) {
    World world;
    for (const char* id : {"p1", "p2"}) {
        auto payment = twin(world, id);
        payment.end_to_end_id = "E2E-0000001";
        world.register_payment(payment);
    }
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E-0000001";
    world.settle("t", fact);
    EXPECT_EQ(match(world, "t", {{"p1", std::nullopt}}), "");
    const auto asked = undo_match_of_t(world, true);
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(asked->status, SettlementStatus::matched);
    ASSERT_EQ(asked->pairs.size(), 1);
    EXPECT_EQ(asked->pairs[0].client_id, "p2");
    EXPECT_EQ(asked->pairs[0].rank, match::Rank::end_to_end_id);
    EXPECT_TRUE(undo_match_of_t(world, false).has_value());
    EXPECT_EQ(world.payment_of("t"), "p2");
    EXPECT_EQ(world.match_of("t")->actor, "") << "by the rules";
    EXPECT_THAT(world.match_of("t")->evidence, ::testing::HasSubstr(R"("excluded":1)"));
}

TEST(Decide, a_later_candidate_after_an_undo_is_left_to_a_person_too) {
    World world;
    world.register_payment(twin(world, "p1"));
    arrive(world, "t");
    world.pass_watermark();
    ASSERT_TRUE(undo_match_of_t(world, false).has_value());
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched) << "nothing else fits";
    world.suggest_nothing(); // a reviewer is still asked about a pair that was undone
    world.register_payment(twin(world, "p2"));
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("t"), "");
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
    ASSERT_EQ(world.reviews().size(), 1);
    auto known = twin(world, "p3");
    known.end_to_end_id = "E2E-0000003";
    world.register_payment(known);
    EXPECT_THAT(world.reviews().at(0).detail, ::testing::HasSubstr("p3"));
}

TEST(Decide, an_undone_settlement_becomes_no_part_of_a_sum) {
    World world;
    auto whole = twin(world, "whole", 1000);
    world.register_payment(twin(world, "p", 400));
    arrive(world, "t", 400);
    world.pass_watermark();
    ASSERT_TRUE(undo_match_of_t(world, false).has_value());
    world.register_payment(whole);
    arrive(world, "rest", 600);
    world.pass_watermark();
    world.clock().advance(std::chrono::hours(1));
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("t"), "");
    EXPECT_EQ(world.payment_named("whole").status, PaymentStatus::expected);
}

TEST(Decide, a_match_by_hand_says_what_agreed_what_differed_and_what_was_overruled) {
    World world;
    auto payment = twin(world, "p");
    payment.payer = testing::party("040004 12345678");
    world.register_payment(payment);
    auto fact = world.fact(1234);
    fact.reference = "INV-2041";
    fact.counterparty = testing::party("040004 87654321");
    world.settle("t", fact);
    world.pass_watermark();
    ASSERT_EQ(world.payment_of("t"), "");
    EXPECT_EQ(match(world, "t", {{"p", std::nullopt}}), "");
    const std::string evidence = world.match_of("t")->evidence;
    EXPECT_THAT(evidence, ::testing::HasSubstr(R"("agreed":["reference","account","amount"])"));
    EXPECT_THAT(evidence, ::testing::HasSubstr(R"("differs":["payer_account"])"));
    EXPECT_THAT(evidence, ::testing::HasSubstr(R"("overruled":"payer_differs")"));
}

// Everything that a decision could have changed, as text.
std::string state_of(World& world) {
    std::string text;
    for (const auto& settlement : world.settlements())
        text += std::string(token(settlement.status)) + std::to_string(settlement.version) + " ";
    for (const auto& review : world.reviews(""))
        text += review.status + review.decision + " ";
    for (const auto& [settlement, payment] : world.pairs())
        text += settlement + "=" + payment + " ";
    for (const char* id : {"p1", "p2"})
        text += std::string(token(world.payment_named(id).status)) + " ";
    return text + std::to_string(world.events().size()) + " " +
           std::to_string(world.due_timers().size());
}

TEST(Decide, a_dry_run_says_what_would_be_and_writes_nothing) {
    World world;
    world.register_payment(twin(world, "p1"));
    world.register_payment(twin(world, "p2"));
    arrive(world, "t");
    const auto review = world.reviews().at(0).id;
    const auto id = world.settlement("t").id;
    const auto before = state_of(world);
    const auto ask = [&](std::vector<PaymentPart> parts) {
        const auto shared = std::make_shared<const std::vector<PaymentPart>>(std::move(parts));
        return world.write<Result<DecisionResult>>([&](store::Session& s) {
            return match_by_hand(s, world.context(), decision(world, review, true), id, shared);
        });
    };
    const auto one = ask({{"p2", std::nullopt}});
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->settlement, id);
    EXPECT_EQ(one->status, SettlementStatus::matched);
    EXPECT_EQ(one->pairing, domain::Pairing::one);
    ASSERT_EQ(one->pairs.size(), 1);
    EXPECT_EQ(one->pairs[0].client_id, "p2");
    EXPECT_EQ(one->pairs[0].rank, match::Rank::reference);
    EXPECT_EQ(one->pairs[0].amount, gbp(1234));
    const auto two = ask({{"p1", gbp(1000)}, {"p2", gbp(234)}});
    ASSERT_TRUE(two.has_value());
    EXPECT_EQ(two->pairing, domain::Pairing::merge);
    EXPECT_EQ(two->pairs.size(), 2);
    EXPECT_EQ(code_of(ask({{"p1", gbp(1000)}, {"p2", gbp(233)}})), "value_invalid");
    EXPECT_EQ(code_of(ask({{"nobody", std::nullopt}})), "not_found");
    const auto rejected = world.write<Result<DecisionResult>>([&](store::Session& s) {
        return reject(s, world.context(), decision(world, review, true), id);
    });
    EXPECT_EQ(rejected->status, SettlementStatus::rejected);
    EXPECT_EQ(state_of(world), before);

    EXPECT_EQ(match(world, "t", {{"p2", std::nullopt}}, review), "");
    const auto after = state_of(world);
    EXPECT_EQ(code_of(ask({{"p2", std::nullopt}})), "state_conflict");
    const auto made = world.match_of("t")->id;
    const auto undone = world.write<Result<DecisionResult>>([&](store::Session& s) {
        return undo(s, world.context(), decision(world, std::nullopt, true), made);
    });
    EXPECT_EQ(undone->status, SettlementStatus::ambiguous) << "p1 fits, and a person decides";
    ASSERT_EQ(undone->candidates.size(), 1);
    EXPECT_EQ(undone->candidates[0].client_id, "p1");
    EXPECT_EQ(undone->candidates[0].rank, match::Rank::reference);
    EXPECT_EQ(state_of(world), after);
}

} // namespace
} // namespace settled::units
