// What the rules may only suggest reaches a person, and leaves again by itself.
#include "units/matching/decide.h"
#include "units/matching/settle.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::SettlementStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::World;

domain::NewPayment payment_of(const World& world, std::string_view id, std::int64_t minor = 1234,
                              std::string_view reference = "INV-2041", std::string_view name = "") {
    auto payment = world.payment(id, minor);
    payment.reference = reference;
    payment.payer.name = name;
    return payment;
}

void arrive(World& world, std::string_view id, std::int64_t minor = 1234,
            std::string_view reference = "", std::string_view name = "") {
    auto fact = world.fact(minor);
    fact.reference = reference;
    fact.counterparty.name = name;
    world.settle(id, fact);
}

// What has come and gone since is shown.
void let_reviews_follow(World& world) {
    world.clock().advance(look_again_lag);
    (void)world.run_due();
}

std::vector<std::string> kinds(World& world, std::string_view status = "open") {
    std::vector<std::string> kinds;
    for (const auto& review : world.reviews(status))
        kinds.push_back(review.kind);
    return kinds;
}

Decision decision_on(World& world, ReviewId review, bool dry_run = false) {
    return {World::tenant, review, "key_1", "the customer called", world.now(), dry_run};
}

std::string dismiss(World& world, ReviewId review, bool dry_run = false) {
    const auto done = world.write<Result<DecisionResult>>([&](store::Session& s) {
        return close_by_hand(s, world.context(), decision_on(world, review, dry_run));
    });
    return done ? "" : std::string(info(done.error().code).token);
}

TEST(Suggest, a_settlement_that_only_a_person_may_decide_opens_a_review_with_its_candidates) {
    struct Case {
        const char* name;
        domain::NewPayment payment;
        std::int64_t minor;
        std::string_view reference, payer;
        const char* rule;
    };
    const World any;
    const Case cases[] = {
        {"the payer's name", payment_of(any, "p", 1234, "INV-2041", "Ann Lee"), 1234, "",
         "Mrs Ann Lee", "name+account+amount"},
        {"the amount", payment_of(any, "p"), 1234, "", "", "account+amount"},
        {"the reference and another amount", payment_of(any, "p", 1234, "ACMESHOP-2041"), 1000,
         "ACMESHOP-2041", "", "reference+account"},
        {"a reference with one character lost", payment_of(any, "p", 1234, "EVENT-00005"), 1234,
         "EVENT-0005", "", "account+amount"},
        {"a reference with one character doubled", payment_of(any, "p", 1234, "EVENT-0005"), 1234,
         "EVENT-00005", "", "account+amount"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        World world;
        world.register_payment(c.payment);
        arrive(world, "t", c.minor, c.reference, c.payer);
        EXPECT_THAT(kinds(world), IsEmpty()) << "its payment may still be on its way";
        world.pass_watermark();
        EXPECT_THAT(kinds(world), ElementsAre("suggested_match"));
        const auto review = world.reviews().at(0);
        EXPECT_EQ(review.subject_id, world.settlement("t").id.value);
        EXPECT_THAT(review.detail, HasSubstr(R"("client_id":"p")"));
        EXPECT_THAT(review.detail, HasSubstr(c.rule));
        EXPECT_THAT(review.detail, HasSubstr(R"("reject_reason":"only_suggested")"));
        EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
        world.clock().advance(world.context().unmatched_grace);
        EXPECT_EQ(world.run_due(), 1) << "its owner is told all the same";
    }
}

TEST(Suggest, nothing_is_asked_where_nothing_is_found_or_wanted) {
    World world;
    arrive(world, "t");
    world.pass_watermark();
    EXPECT_THAT(kinds(world, ""), IsEmpty());
    World next; // a number in a row, another amount, and a payer who is another one
    next.register_payment(payment_of(next, "p", 1234, "EVENT-00006"));
    next.register_payment(payment_of(next, "q", 1235, "EVENT-0005"));
    auto of_another = payment_of(next, "r", 1234, "EVENT-0005");
    of_another.end_to_end_id = "E2E-0000001";
    next.register_payment(of_another);
    auto fact = next.fact(1234);
    fact.reference = "EVENT-00005";
    fact.end_to_end_id = "E2E-0000002";
    next.settle("t", fact);
    next.pass_watermark();
    EXPECT_THAT(kinds(next, ""), IsEmpty());
    World quiet;
    quiet.suggest_nothing();
    quiet.register_payment(payment_of(quiet, "p"));
    arrive(quiet, "t");
    quiet.pass_watermark();
    let_reviews_follow(quiet);
    EXPECT_THAT(kinds(quiet, ""), IsEmpty());
}

TEST(Suggest, the_review_closes_by_itself_when_the_rules_find_the_payment) {
    World world;
    world.register_payment(payment_of(world, "p"));
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E-0000001";
    world.settle("t", fact);
    world.pass_watermark();
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    auto late = payment_of(world, "q");
    late.end_to_end_id = "E2E-0000001";
    world.register_payment(late);
    EXPECT_EQ(world.payment_of("t"), "q");
    EXPECT_THAT(kinds(world), IsEmpty());
    const auto closed = world.reviews("closed").at(0);
    EXPECT_EQ(closed.decision, "");
    EXPECT_EQ(closed.closed_at, world.now());
    EXPECT_FALSE(world.settlement("t").suggested);
}

TEST(Suggest, the_review_follows_what_comes_and_goes) {
    World world;
    arrive(world, "t");
    world.pass_watermark();
    auto first = payment_of(world, "p", 1234, "INV-1");
    first.end_to_end_id = "E2E-0000001";
    world.register_payment(first);
    let_reviews_follow(world);
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    auto second = payment_of(world, "q", 1234, "INV-2");
    world.register_payment(second);
    let_reviews_follow(world);
    EXPECT_THAT(world.reviews().at(0).detail, HasSubstr(R"("client_id":"q")"));
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E-0000001";
    world.settle("u", fact);
    ASSERT_EQ(world.payment_of("u"), "p");
    let_reviews_follow(world);
    EXPECT_THAT(world.reviews().at(0).detail, Not(HasSubstr(R"("client_id":"p")")));
    second.has_failed = true;
    world.register_payment(second);
    let_reviews_follow(world);
    EXPECT_THAT(kinds(world), IsEmpty()) << "nothing is left of it";
    EXPECT_EQ(world.events().size(), 2) << "u's match, and that t has none";
}

TEST(Suggest,
     a_near_reference_is_found_when_its_payment_comes_late_and_gives_way_to_the_right_one) {
    World world;
    arrive(world, "t", 1234, "EVENT-0005");
    world.pass_watermark();
    ASSERT_THAT(kinds(world), IsEmpty());
    world.register_payment(payment_of(world, "p", 1234, "EVENT-00005"));
    let_reviews_follow(world);
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    world.register_payment(payment_of(world, "q", 1234, "EVENT-0005"));
    let_reviews_follow(world);
    EXPECT_EQ(world.payment_of("t"), "q");
    EXPECT_THAT(kinds(world), IsEmpty());
}

TEST(Suggest, many_payments_cost_one_look) {
    World world;
    arrive(world, "t");
    world.pass_watermark();
    const auto queued = [&] {
        return store::testing::number_seen_by_another(
            world.directory(),
            "SELECT count(*) FROM task WHERE kind = 'decide_again' AND status = 'queued'");
    };
    ASSERT_EQ(queued(), 0);
    for (int i = 0; i < 10; ++i)
        world.register_payment(
            payment_of(world, "p" + std::to_string(i), 1234, "INV-" + std::to_string(i)));
    EXPECT_EQ(queued(), 1);
    let_reviews_follow(world);
    EXPECT_EQ(queued(), 0);
    EXPECT_THAT(world.reviews().at(0).detail, HasSubstr(R"("client_id":"p9")"));
}

TEST(Suggest, a_settlement_that_becomes_ambiguous_has_one_review_of_the_other_kind) {
    World world;
    world.register_payment(payment_of(world, "other", 1000, "ACMESHOP-2041"));
    arrive(world, "t", 1234, "ACMESHOP-2041");
    world.pass_watermark();
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    for (const char* id : {"p", "q"})
        world.register_payment(payment_of(world, id, 1234, "ACMESHOP-2041"));
    EXPECT_THAT(kinds(world), ElementsAre("settlement_ambiguous"));
    EXPECT_THAT(kinds(world, "closed"), ElementsAre("suggested_match"));
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::ambiguous);
}

TEST(Suggest, a_candidate_is_accepted_as_in_any_review) {
    World world;
    world.register_payment(payment_of(world, "p"));
    arrive(world, "t");
    world.pass_watermark();
    const auto review = world.reviews().at(0).id;
    const auto parts =
        std::make_shared<const std::vector<PaymentPart>>(1, PaymentPart{"p", std::nullopt});
    const auto done = world.write<Result<DecisionResult>>([&](store::Session& s) {
        return match_by_hand(s, world.context(), decision_on(world, review),
                             world.settlement("t").id, parts);
    });
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(world.payment_of("t"), "p");
    EXPECT_EQ(world.reviews("closed").at(0).decision, "accept");
    EXPECT_FALSE(world.settlement("t").suggested);
}

TEST(Suggest, a_dismissed_payment_is_not_suggested_again_and_another_one_is) {
    World world;
    world.register_payment(payment_of(world, "p", 1234, "INV-1"));
    arrive(world, "t");
    world.pass_watermark();
    const auto review = world.reviews().at(0).id;
    EXPECT_EQ(dismiss(world, review, true), "");
    EXPECT_EQ(world.reviews().size(), 1) << "that was a dry run";
    EXPECT_EQ(dismiss(world, review), "");
    EXPECT_EQ(dismiss(world, review), "state_conflict");
    EXPECT_EQ(world.reviews("closed").at(0).decision, "close");
    world.register_payment(payment_of(world, "q", 1234, "INV-2"));
    let_reviews_follow(world);
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    EXPECT_THAT(world.reviews().at(0).detail, HasSubstr(R"("client_id":"q")"));
    EXPECT_THAT(world.reviews().at(0).detail, Not(HasSubstr(R"("client_id":"p")")));
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
}

TEST(Suggest, a_dismissed_suggestion_blocks_no_other_match) {
    World world;
    world.register_payment(payment_of(world, "p", 1234, "ACMESHOP-2041", "Ann Lee"));
    arrive(world, "t", 1234, "", "Ann Lee");
    world.pass_watermark();
    ASSERT_THAT(kinds(world), ElementsAre("suggested_match"));
    const auto review = world.reviews().at(0).id;
    arrive(world, "u", 1234, "ACMESHOP-20");
    world.pass_watermark();
    ASSERT_EQ(world.settlement("u").status, SettlementStatus::ambiguous);
    EXPECT_EQ(dismiss(world, review), "");
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("u"), "p");
    EXPECT_THAT(kinds(world), IsEmpty());
}

} // namespace
} // namespace settled::units
