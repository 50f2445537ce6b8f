// A payment that is registered after its settlement was matched to a similar payment: the server
// reports it and never undoes the match by itself.
#include "units/matching/registered_late.h"

#include "units/matching/decide.h"
#include "units/testing.h"
#include "wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using domain::SettlementStatus;
using testing::World;

constexpr std::int64_t amount = 1234;

domain::NewPayment payment_of(const World& world, std::string_view id, std::string_view reference) {
    domain::NewPayment payment = world.payment(id, amount);
    payment.reference = reference;
    return payment;
}

// Two payments are made; "known" is registered at once. The settlement of "late" arrives, cut to
// what both references begin with, and "late" is registered when that settlement has been matched
// to "known".
struct Story {
    World world;
    domain::NewPayment late = payment_of(world, "late", "ACMESHOP2099");

    Story() {
        world.add_endpoint("payment.registered_late");
        world.register_payment(payment_of(world, "known", "ACMESHOP2041"));
        world.clock().advance(1min);
        world.settle("t", amount, "ACMESHOP20");
        world.pass_watermark();
        EXPECT_EQ(world.payment_of("t"), "known");
        world.clock().advance(1h);
    }
    void tell_it() { world.register_payment(late); }
    std::string kind_of_review() {
        const auto open = world.reviews();
        return open.empty() ? "" : open.front().kind;
    }
    Result<DecisionResult> accept(const char* payment) {
        const Decision decision{World::tenant, {}, "key_1", "it is this one's", world.now()};
        const auto parts =
            std::make_shared<const std::vector<PaymentPart>>(1, PaymentPart{payment, std::nullopt});
        return world.write<Result<DecisionResult>>([&](store::Session& s) {
            return match_by_hand(s, world.context(), decision, world.settlement("t").id, parts);
        });
    }
    Result<DecisionResult> undo() {
        const Decision decision{World::tenant, {}, "key_1", "it was the other's", world.now()};
        return world.write<Result<DecisionResult>>([&](store::Session& s) {
            return units::undo(s, world.context(), decision, world.match_of("t")->id);
        });
    }
};

std::string text_at(const wire::Json& object, std::string_view name) {
    return std::string(object.member(name)->string().value());
}

TEST(RegisteredLate, the_match_of_its_settlement_to_another_payment_is_named_and_left_in_place) {
    Story story;
    story.tell_it();
    ASSERT_EQ(story.kind_of_review(), store::review_possible_misallocation);
    EXPECT_EQ(story.world.payment_of("t"), "known") << "nothing is undone unasked";
    const store::ReviewRow review = story.world.reviews().front();
    EXPECT_EQ(review.subject_id, story.world.payment_named("late").id.value);
    const auto detail = wire::JsonDocument::parse(review.detail).value();
    EXPECT_EQ(text_at(detail.root(), "client_id"), "late");
    EXPECT_EQ(text_at(detail.root(), "payment_id"), to_string(PaymentId{review.subject_id}));
    const auto match = detail.root().member("matches")->at(0);
    EXPECT_EQ(text_at(match, "client_id"), "known");
    EXPECT_EQ(text_at(match, "match_id"), to_string(story.world.match_of("t")->id));
    EXPECT_EQ(text_at(match, "fits_by_rule"), match::token(match::Rank::reference_part));
}

TEST(RegisteredLate, the_client_of_a_payment_registered_late_is_notified) {
    Story story;
    story.tell_it();
    const auto events = story.world.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events.back().type, "payment.registered_late");
    EXPECT_EQ(events.back().version, 1);
    EXPECT_EQ(story.world.deliveries().size(), 1U);
}

TEST(RegisteredLate,
     the_late_payment_is_the_candidate_after_an_undo_and_accepting_it_closes_both_reviews) {
    Story story;
    story.tell_it();
    ASSERT_TRUE(story.undo());
    (void)story.world.run_due();
    EXPECT_EQ(story.world.payment_of("t"), "") << "who undid the match says whose it is";
    const auto reviews = story.world.reviews();
    ASSERT_EQ(reviews.size(), 2U);
    EXPECT_EQ(reviews.front().kind, store::review_settlement_ambiguous);
    EXPECT_THAT(reviews.front().detail, ::testing::HasSubstr(R"("client_id":"late")"));
    ASSERT_TRUE(story.accept("late"));
    EXPECT_EQ(story.world.payment_of("t"), "late");
    EXPECT_EQ(story.world.payment_named("known").status, domain::PaymentStatus::expected);
    EXPECT_THAT(story.world.reviews(), ::testing::IsEmpty());
}

TEST(RegisteredLate, the_review_closes_when_another_settlement_matches_the_late_payment) {
    Story story;
    story.tell_it();
    story.world.settle("t2", amount, "ACMESHOP2099");
    story.world.pass_watermark();
    EXPECT_EQ(story.world.payment_of("t2"), "late");
    EXPECT_THAT(story.world.reviews(), ::testing::IsEmpty());
}

TEST(RegisteredLate, a_part_of_its_money_answers_nothing) {
    Story story;
    story.late.end_to_end_id = "E2E0000001";
    story.tell_it();
    story.world.settle("t2", amount - 1000, "", "E2E0000001");
    story.world.pass_watermark();
    EXPECT_EQ(story.world.payment_named("late").status, domain::PaymentStatus::partially_settled);
    EXPECT_EQ(story.kind_of_review(), store::review_possible_misallocation);
    story.world.settle("t3", 1000, "", "E2E0000001");
    EXPECT_EQ(story.kind_of_review(), "") << "it is all there";
}

TEST(RegisteredLate, the_review_closes_when_the_payment_is_given_up) {
    Story story;
    story.tell_it();
    story.late.has_failed = true;
    EXPECT_EQ(story.world.register_payment(story.late).payment.status,
              domain::PaymentStatus::cancelled);
    EXPECT_THAT(story.world.reviews(), ::testing::IsEmpty());
}

TEST(RegisteredLate, a_payment_without_its_time_counts_as_registered_at_once) {
    Story story;
    story.late.created_at = {};
    story.tell_it();
    EXPECT_EQ(story.kind_of_review(), "");
}

TEST(RegisteredLate, a_settlement_that_the_payment_never_fitted_is_not_in_question) {
    struct Case {
        std::string_view why;
        void (*change)(domain::NewPayment& late);
    };
    const Case cases[] = {
        {"another reference", [](auto& late) { late.reference = "OTHER2041"; }},
        {"another amount", [](auto& late) { late.amount.minor += 1; }},
        {"a twin of who got it", [](auto& late) { late.reference = "ACMESHOP2041"; }},
        {"created after the money came",
         [](auto& late) { late.created_at = late.created_at + 30min; }},
    };
    for (const Case& each : cases) {
        Story story;
        each.change(story.late);
        story.tell_it();
        EXPECT_EQ(story.kind_of_review(), "") << each.why;
    }
}

TEST(RegisteredLate, a_late_payment_that_would_have_fitted_better_is_noticed_too) {
    Story story;
    story.late.reference = "ACMESHOP20";
    story.tell_it();
    EXPECT_EQ(story.kind_of_review(), store::review_possible_misallocation);
}

TEST(RegisteredLate, money_with_its_own_id_that_was_given_by_a_person_is_found_by_that) {
    World world;
    domain::NewPayment late = payment_of(world, "late", "ACMESHOP2099");
    late.end_to_end_id = "E2E0000001";
    world.register_payment(payment_of(world, "known", "OTHER2041"));
    world.clock().advance(1min);
    world.settle("t", amount, "", "E2E0000001");
    const Decision decision{World::tenant, {}, "key_1", "the customer says so", world.now()};
    const auto parts = std::make_shared<const std::vector<PaymentPart>>(
        std::vector<PaymentPart>{{"known", std::nullopt}});
    const SettlementId id = world.settlement("t").id;
    const auto given = world.write<Result<DecisionResult>>(
        [&](store::Session& s) { return match_by_hand(s, world.context(), decision, id, parts); });
    ASSERT_TRUE(given);
    world.clock().advance(1h);
    world.register_payment(late);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().front().kind, store::review_possible_misallocation);
}

} // namespace
} // namespace settled::units
