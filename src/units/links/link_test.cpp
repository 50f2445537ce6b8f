// Accounts that the bank opens for links, whatever gets lost on the way.
#include "units/links/link_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::LinkStatus;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LinkWorld;
using namespace std::chrono_literals;

TEST(Link, whose_account_is_looked_for_in_vain_is_looked_for_again) {
    LinkWorld world;
    world.run(24h, std::nullopt);
    EXPECT_EQ(world.status(), LinkStatus::requested);
    world.run(25h, LinkWorld::shown(world.list_with_account()));
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_EQ(world.row().iban, testing::iban_of_link);
}

TEST(Link, is_looked_for_again_when_the_banks_list_cannot_be_read_or_lags) {
    for (const std::string_view list : {"{}", R"({"accounts":[]})"}) {
        LinkWorld world;
        world.run(20min, std::nullopt);
        world.run(2h, LinkWorld::shown(std::string(list)));
        EXPECT_EQ(world.status(), LinkStatus::requested) << list;
        world.run(5h, LinkWorld::shown(world.list_with_account()));
        EXPECT_EQ(world.status(), LinkStatus::active) << list;
        EXPECT_THAT(world.review_kinds(), IsEmpty()) << list;
    }
}

TEST(Link, whose_webhook_does_not_come_is_looked_for_in_the_list) {
    LinkWorld world;
    world.reply(world.take_one(), 202, "{}");
    world.run(3h, LinkWorld::shown(world.list_with_account()));
    EXPECT_EQ(world.status(), LinkStatus::active);
}

TEST(Link, whose_closing_gets_no_answer_is_closed_as_soon_as_the_bank_answers) {
    LinkWorld world;
    world.open();
    ASSERT_TRUE(world.disable());
    world.run(90min, std::nullopt);
    EXPECT_EQ(world.status(), LinkStatus::active);
    world.run(3h, LinkWorld::shown(""));
    EXPECT_EQ(world.status(), LinkStatus::disabled);
    EXPECT_THAT(world.event_types(), Contains("link.disabled"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Link, whose_closing_is_not_answered_for_long_is_for_a_person_and_is_asked_about_still) {
    LinkWorld world;
    world.open();
    ASSERT_TRUE(world.disable());
    world.run(5h, std::nullopt);
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    world.run(3h, LinkWorld::shown(""));
    EXPECT_EQ(world.status(), LinkStatus::disabled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

// A try whose reply got lost has closed it: the bank refuses the next one.
TEST(Link, whose_closing_is_refused_is_closed_if_the_banks_list_says_so) {
    for (const std::string_view status : {"Enabled", "Disabled"}) {
        LinkWorld world;
        world.open();
        ASSERT_TRUE(world.disable());
        world.run(60min, std::nullopt);
        world.run(
            3h, domain::CallReply{400, R"({"title":"The account cannot be closed"})", std::nullopt},
            world.list_with(status));
        const bool is_closed = status == "Disabled";
        EXPECT_EQ(world.status(), is_closed ? LinkStatus::disabled : LinkStatus::active);
        if (is_closed)
            EXPECT_THAT(world.review_kinds(), IsEmpty());
        else
            EXPECT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    }
}

// It failed, and its loan has another link since: the account that the bank opens after all is for a
// person.
TEST(Link, is_not_opened_after_it_failed_when_its_loan_is_linked_again) {
    LinkWorld world;
    const std::string first = world.row().external_id;
    world.reply(world.take_one(), 400, R"({"title":"No"})");
    ASSERT_EQ(world.status(), LinkStatus::failed);
    const LinkId failed = world.id;
    world.ask();
    ASSERT_NE(world.id, failed);
    domain::AccountOpenedFact opened = world.opened();
    opened.external_id = first;
    EXPECT_EQ(world.tell("opened", opened).kind, Accepted::Kind::stored);
    EXPECT_EQ(world.status(), LinkStatus::requested);
    EXPECT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
}

// Never two: should the bank open a second one, a person is asked about it.
TEST(Link, is_for_a_person_when_the_bank_opens_another_account_for_it) {
    LinkWorld world;
    world.open();
    domain::AccountOpenedFact second = world.opened();
    second.bank_account_id = "va-2";
    second.account = testing::party("GB86CLRB04056810005205");
    world.tell("opened again", second);
    EXPECT_EQ(world.row().iban, testing::iban_of_link);
    EXPECT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
}

TEST(Link, is_the_same_when_the_bank_writes_the_account_in_another_case) {
    LinkWorld world;
    world.open();
    domain::AccountOpenedFact again = world.opened();
    again.bank_account_id = "VA-1";
    world.tell("opened again", again);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Link, is_not_looked_for_once_it_is_open) {
    LinkWorld world;
    world.open();
    world.pass(3h);
    EXPECT_THAT(world.take(), IsEmpty());
}

} // namespace
} // namespace settled::units
