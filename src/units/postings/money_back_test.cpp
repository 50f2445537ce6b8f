// What becomes of a repayment whose money goes back.
#include "units/postings/loan_world.h"
#include "units/postings/post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::Fate;
using testing::iban_of_loan;
using ::testing::IsEmpty;
using testing::LoanWorld;
using ::testing::Not;
using namespace std::chrono_literals;

TEST(MoneyBack, a_posted_repayment_is_adjusted_once) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    world.credit("TX-1");
    world.run_core();
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment adjusted", "adjustment posted"));
    const auto made = world.mambu().of_loan("LN-1", "REPAYMENT");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_FALSE(made[0]->adjustment_key.empty());
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT_ADJUSTMENT").size(), 1U);
    EXPECT_THAT(world.event_types(), Contains("repayment.adjusted"));
}

TEST(MoneyBack, a_repayment_that_was_not_sent_is_given_up) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment cancelled"));
    EXPECT_THAT(world.mambu().of_loan("LN-1", "REPAYMENT"), IsEmpty());
}

TEST(MoneyBack, a_repayment_in_doubt_is_adjusted_as_soon_as_it_is_found) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    bool first = true;
    world.run_core([&](const CallToSend&) {
        return std::exchange(first, false) ? Fate::lost_after : Fate::answered;
    });
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.run_long();
    EXPECT_THAT(world.posted(), ElementsAre("repayment adjusted", "adjustment posted"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT_ADJUSTMENT").size(), 1U);
}

// The loan takes none of it, and nothing is left that could be kept.
TEST(MoneyBack, a_repayment_that_is_refused_after_its_money_went_back_is_returned) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    bool first = true;
    world.run_core([&](const CallToSend&) {
        return std::exchange(first, false) ? Fate::lost_before : Fate::answered;
    });
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.mambu().loans.at("LN-1").state = "CLOSED";
    world.run_long();
    EXPECT_THAT(world.posted(), ElementsAre("repayment returned"));
}

TEST(MoneyBack, a_return_of_ours_waits_until_its_repayment_is_adjusted) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    EXPECT_EQ(world.send_back("TX-1").error().code, Code::posting_in_progress);
    world.run_core();
    ASSERT_TRUE(world.send_back("TX-1").has_value());
    EXPECT_THAT(world.take(), IsEmpty()) << "the bank is called after the adjustment only";
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment adjusted", "adjustment posted"));
    const auto call = world.take_one();
    EXPECT_EQ(call.request.target, "/v3/payments/fps/return");
    world.reply(call, 202, "");
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment returned", "adjustment posted"));
}

TEST(MoneyBack, nothing_is_returned_when_the_adjustment_is_refused) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.run_core();
    ASSERT_TRUE(world.send_back("TX-1").has_value());
    world.mambu().refuses_adjustments = true;
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("repayment posted", "adjustment needs_review"));
    EXPECT_THAT(world.review_kinds(), ElementsAre("posting_failed"));
    EXPECT_THAT(world.take(), IsEmpty());
    const PostingId adjustment = world.postings("adjustment")[0].id;
    const auto dropped = world.write<Result<>>([&](store::Session& s) {
        return rule_on_posting(s, {world.context(), LoanWorld::tenant, world.now()}, adjustment,
                               PostingRuling::drop);
    });
    ASSERT_TRUE(dropped.has_value());
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_THAT(world.event_types(), Not(Contains("return.submitted")));
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_refused"));
}

TEST(MoneyBack, a_refused_return_is_posted_again_by_a_person) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.run_core();
    ASSERT_TRUE(world.send_back("TX-1").has_value());
    world.run_core();
    world.reply(world.take_one(), 400, R"({"title":"it is too old","status":400})");
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_refused"));
    const bool posted = world.write<bool>([&](store::Session& s) {
        return collect_again(s, {world.context(), LoanWorld::tenant, world.now()},
                             world.settlement("TX-1").id);
    });
    EXPECT_TRUE(posted);
    world.run_core();
    const auto made = world.mambu().of_loan("LN-1", "REPAYMENT");
    ASSERT_EQ(made.size(), 2U);
    EXPECT_EQ(made[1]->external_id, "TX-1-CR-2");
    EXPECT_THAT(world.posted(),
                ElementsAre("repayment adjusted", "adjustment posted", "repayment posted"));
}

// The bank has refused the return, and then shows that the money went back anyway.
TEST(MoneyBack, a_refused_return_is_not_posted_again_once_its_money_is_gone) {
    LoanWorld world;
    world.link();
    world.credit("TX-1");
    world.run_core();
    ASSERT_TRUE(world.send_back("TX-1").has_value());
    world.run_core();
    world.reply(world.take_one(), 400, R"({"title":"it is too old","status":400})");
    world.tell("back", world.returned("TX-9"));
    world.pass_watermark();
    world.run_core();
    const bool posted = world.write<bool>([&](store::Session& s) {
        return collect_again(s, {world.context(), LoanWorld::tenant, world.now()},
                             world.settlement("TX-1").id);
    });
    EXPECT_FALSE(posted);
    world.run_core();
    EXPECT_EQ(world.mambu().of_loan("LN-1", "REPAYMENT").size(), 1U);
}

} // namespace
} // namespace settled::units
