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

Decision decision(World& world, std::optional<ReviewId> review = std::nullopt) {
    return {World::tenant, review, "key_1", "the customer called", world.now()};
}

// "" when it was done, else the code.
std::string code_of(const Result<>& done) {
    return done ? "" : std::string(info(done.error().code).token);
}

std::string match(World& world, std::string_view settlement, std::vector<PaymentPart> parts,
                  std::optional<ReviewId> review = std::nullopt) {
    const auto id = world.settlement(settlement).id;
    const auto shared = std::make_shared<const std::vector<PaymentPart>>(std::move(parts));
    return code_of(world.write<Result<>>([&](store::Session& s) {
        return match_by_hand(s, world.context(), decision(world, review), id, shared);
    }));
}

std::string undo_match_of(World& world, MatchId id) {
    return code_of(world.write<Result<>>(
        [&](store::Session& s) { return undo(s, world.context(), decision(world), id); }));
}

std::string reject_settlement(World& world, std::string_view settlement) {
    const auto id = world.settlement(settlement).id;
    return code_of(world.write<Result<>>(
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

} // namespace
} // namespace settled::units
