// A person has a link tried again. Never are two accounts opened.
#include "units/links/try_again.h"

#include "units/links/link_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using domain::LinkStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LinkWorld;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::string_view no_accounts = R"({"accounts":[]})";

// The bank has answered nothing to the call, and its list shows no account.
class Unresolved : public ::testing::Test {
  protected:
    void SetUp() override {
        world.run(30min, std::nullopt, std::string(no_accounts));
        ASSERT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    }
    Result<> decide() {
        return world.write<Result<>>([&](store::Session& s) {
            return try_link_again(
                s, world.context(),
                {LinkWorld::tenant, world.id, "the bank's support", "key_ann", world.now()});
        });
    }
    std::vector<store::CallRow> openings() {
        auto all = world.calls();
        std::erase_if(all, [](const auto& c) { return c.purpose != CallPurpose::open_account; });
        return all;
    }
    // What is due now is answered by the list.
    void answer_lists(const std::optional<std::string>& list) {
        for (const CallToSend& call : world.take()) {
            ASSERT_EQ(call.request.purpose, CallPurpose::list_accounts);
            if (list)
                world.reply(call, 200, *list);
            else
                world.lose(call);
        }
    }
    std::optional<store::ReviewRow> review() {
        return world.read<std::optional<store::ReviewRow>>([&](store::Session& s) {
            return store::find_open_review(s, LinkWorld::tenant, store::review_link_unresolved,
                                           world.id.value);
        });
    }
    LinkWorld world;
};

TEST_F(Unresolved, is_asked_for_once_more_when_the_whole_list_shows_no_account) {
    const ReviewId id = review()->id;
    ASSERT_TRUE(decide());
    EXPECT_THAT(openings(), SizeIs(1)) << "the list is read first";
    EXPECT_TRUE(review()) << "nothing is decided yet";
    answer_lists(std::string(no_accounts));
    ASSERT_THAT(openings(), SizeIs(2));
    EXPECT_EQ(openings()[0].request.body, openings()[1].request.body) << "one external id";
    EXPECT_NE(openings()[0].request_id, openings()[1].request_id);
    EXPECT_FALSE(review());
    const auto closed = world.read<std::optional<store::ReviewRow>>(
        [&](store::Session& s) { return store::find_review(s, LinkWorld::tenant, id); });
    EXPECT_EQ(closed->decision, "try_again");
    EXPECT_EQ(closed->reason, "the bank's support");
    EXPECT_EQ(closed->actor, "key_ann");
    world.open();
    EXPECT_EQ(world.status(), LinkStatus::active);
}

TEST_F(Unresolved, is_adopted_when_the_list_shows_its_account) {
    ASSERT_TRUE(decide());
    answer_lists(world.list_with_account());
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_THAT(openings(), SizeIs(1));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Unresolved, is_not_asked_for_before_the_whole_list_was_read) {
    ASSERT_TRUE(decide());
    answer_lists(std::nullopt);
    std::string full;
    for (int i = 0; i < 100; ++i)
        full += fmt::format(R"({}{{"id":"va-{}","iban":"GB57CLRB{:014}"}})", i == 0 ? "" : ",",
                            1000 + i, i);
    // Whatever is lost, the first page is asked for again, and the second one after it.
    for (int minute = 0; minute < 180 && openings().size() == 1; ++minute) {
        for (const CallToSend& call : world.take())
            if (call.request.target.contains("pageNumber=1&"))
                world.reply(call, 200, "{\"accounts\":[" + full + "]}");
            else
                break; // the second page is on its way
        EXPECT_THAT(openings(), SizeIs(1));
        const auto calls = world.calls();
        if (calls.front().request.target.contains("pageNumber=2"))
            break;
        world.pass(60s);
    }
    EXPECT_THAT(openings(), SizeIs(1));
    EXPECT_TRUE(world.calls().front().request.target.contains("pageNumber=2"));
}

// Asked for before the person decided, and answered after it.
TEST_F(Unresolved, is_not_asked_for_by_what_an_earlier_list_has_shown) {
    world.pass(24h);
    const auto earlier = world.take_one();
    ASSERT_EQ(earlier.request.purpose, CallPurpose::list_accounts);
    ASSERT_TRUE(decide());
    world.reply(earlier, 200, std::string(no_accounts));
    EXPECT_THAT(openings(), SizeIs(1));
    answer_lists(world.list_with_account());
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_THAT(openings(), SizeIs(1));
}

TEST_F(Unresolved, is_asked_for_once_however_often_a_person_decides) {
    ASSERT_TRUE(decide());
    ASSERT_TRUE(decide());
    answer_lists(std::string(no_accounts));
    EXPECT_THAT(openings(), SizeIs(2));
    EXPECT_EQ(world.take_one().request.purpose, CallPurpose::open_account) << "and no other list";
    EXPECT_FALSE(decide()) << "the review is closed";
}

// The first call may have opened it, whatever the second one is answered.
TEST_F(Unresolved, is_not_failed_by_the_refusal_of_the_second_call) {
    ASSERT_TRUE(decide());
    answer_lists(std::string(no_accounts));
    world.reply(world.take_one(), 400, R"({"title":"No"})");
    EXPECT_EQ(world.status(), LinkStatus::requested);
    EXPECT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    domain::AccountRefusedFact refused;
    refused.external_id = world.row().external_id;
    refused.reasons.push_back({"AccountIdentifiers", "the account exists"});
    world.tell("refused", refused);
    EXPECT_EQ(world.status(), LinkStatus::requested);
    world.tell("opened", world.opened());
    EXPECT_EQ(world.status(), LinkStatus::active);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(TryAgain, waits_until_the_call_is_over) {
    LinkWorld world;
    world.write<void>([&](store::Session& s) {
        return store::insert_review(s, LinkWorld::tenant,
                                    {world.new_id<ReviewId>(),
                                     std::string(store::review_link_unresolved), world.id.value,
                                     "open", "{}", world.now(), std::nullopt});
    });
    const auto early = world.write<Result<>>([&](store::Session& s) {
        return try_link_again(s, world.context(),
                              {LinkWorld::tenant, world.id, "why", "key_ann", world.now()});
    });
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, Code::state_conflict);
}

TEST(TryAgain, asks_again_to_close_what_the_bank_has_refused_to_close) {
    LinkWorld world;
    world.open();
    ASSERT_TRUE(world.disable());
    world.run(2min, domain::CallReply{400, R"({"title":"No"})", std::nullopt},
              world.list_with_account());
    ASSERT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    ASSERT_TRUE(world.write<Result<>>([&](store::Session& s) {
        return try_link_again(s, world.context(),
                              {LinkWorld::tenant, world.id, "why", "key_ann", world.now()});
    }));
    world.reply(world.take_one(), 200, "");
    EXPECT_EQ(world.status(), LinkStatus::disabled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

// The review is about a second account that the bank has opened.
TEST(LinkThatIsOpen, is_not_closed_by_a_decision_to_try_again) {
    LinkWorld world;
    world.open();
    domain::AccountOpenedFact second = world.opened();
    second.bank_account_id = "va-2";
    second.account = testing::party("GB86CLRB04056810005205");
    world.tell("opened again", second);
    ASSERT_THAT(world.review_kinds(), ElementsAre("link_unresolved"));
    const auto decided = world.write<Result<>>([&](store::Session& s) {
        return try_link_again(s, world.context(),
                              {LinkWorld::tenant, world.id, "why not", "key_ann", world.now()});
    });
    ASSERT_FALSE(decided);
    EXPECT_EQ(decided.error().code, Code::state_conflict);
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_EQ(world.status(), LinkStatus::active);
}

} // namespace
} // namespace settled::units
