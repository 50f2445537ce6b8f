// What people decide: once, with their name and reason, and for good.
#include "units/decide.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using flow::PaymentStatus;
using flow::SettlementStatus;
using testing::gbp;
using testing::World;

flow::NewPayment twin(const World& world, std::string_view id, std::int64_t minor = 1234) {
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
std::string code_of(const Result<Upshot>& done) {
    return done ? "" : std::string(info(done.error().code).token);
}

std::string match(World& world, std::string_view settlement, std::vector<PaymentPart> parts,
                  std::optional<ReviewId> review = std::nullopt) {
    const auto id = world.settlement(settlement).id;
    const auto shared = std::make_shared<const std::vector<PaymentPart>>(std::move(parts));
    return code_of(world.write<Result<Upshot>>([&](store::Session& s) {
        return match_by_hand(s, world.context(), decision(world, review), id, shared);
    }));
}

std::string undo_match_of(World& world, MatchId id) {
    return code_of(world.write<Result<Upshot>>(
        [&](store::Session& s) { return undo(s, world.context(), decision(world), id); }));
}

std::string reject_settlement(World& world, std::string_view settlement) {
    const auto id = world.settlement(settlement).id;
    return code_of(world.write<Result<Upshot>>(
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

TEST(Decide, what_it_takes_away_makes_others_clear) {
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

TEST(Decide, who_is_given_a_payment_of_another_amount_stands_in_nobody_s_way_any_more) {
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
    const auto record = world.read<std::optional<flow::Match>>(
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
        return world.write<Result<Upshot>>([&](store::Session& s) {
            return match_by_hand(s, world.context(), decision(world, review, true), id, shared);
        });
    };
    const auto one = ask({{"p2", std::nullopt}});
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->settlement, id);
    EXPECT_EQ(one->status, SettlementStatus::matched);
    EXPECT_EQ(one->pairing, flow::Pairing::one);
    ASSERT_EQ(one->pairs.size(), 1);
    EXPECT_EQ(one->pairs[0].client_id, "p2");
    EXPECT_EQ(one->pairs[0].rank, match::Rank::reference);
    EXPECT_EQ(one->pairs[0].amount, gbp(1234));
    const auto two = ask({{"p1", gbp(1000)}, {"p2", gbp(234)}});
    ASSERT_TRUE(two.has_value());
    EXPECT_EQ(two->pairing, flow::Pairing::merge);
    EXPECT_EQ(two->pairs.size(), 2);
    EXPECT_EQ(code_of(ask({{"p1", gbp(1000)}, {"p2", gbp(233)}})), "value_invalid");
    EXPECT_EQ(code_of(ask({{"nobody", std::nullopt}})), "not_found");
    const auto rejected = world.write<Result<Upshot>>([&](store::Session& s) {
        return reject(s, world.context(), decision(world, review, true), id);
    });
    EXPECT_EQ(rejected->status, SettlementStatus::rejected);
    EXPECT_EQ(state_of(world), before);

    EXPECT_EQ(match(world, "t", {{"p2", std::nullopt}}, review), "");
    const auto after = state_of(world);
    EXPECT_EQ(code_of(ask({{"p2", std::nullopt}})), "state_conflict");
    const auto made = world.match_of("t")->id;
    const auto undone = world.write<Result<Upshot>>([&](store::Session& s) {
        return undo(s, world.context(), decision(world, std::nullopt, true), made);
    });
    EXPECT_EQ(undone->status, SettlementStatus::unmatched);
    EXPECT_EQ(state_of(world), after);
}

} // namespace
} // namespace settled::units
