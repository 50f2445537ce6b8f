#include "units/webhooks/read_again.h"

#include "units/testing.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

using testing::World;
using Kind = Accepted::Kind;
using Outcome = ReadAgain::Outcome;

// A provider whose bodies are "ID:CONTENT", read by a mapping that is corrected in time.
class ReadAgainTest : public ::testing::Test {
  protected:
    // As the mapping reads it that is wrong, or right.
    static domain::InboundWebhook read(const World& world, std::string_view body, bool is_right) {
        const std::string_view id = body.substr(0, body.find(':'));
        domain::SettlementFact fact = world.fact(1234);
        fact.transaction_id = id;
        fact.reference = "INV-2041";
        domain::InboundWebhook webhook = World::webhook(id, fact, body);
        if (!is_right)
            webhook.fact = domain::UnreadableFact{"amount is missing or unreadable"};
        return webhook;
    }
    Accepted come(std::string_view body, bool is_right) {
        auto arrival =
            std::make_shared<Arrival>(TenantId{1}, World::connector, read(world, body, is_right),
                                      std::string(body), world.now());
        arrival->read = [this, is_right](std::string_view text) -> Result<domain::InboundWebhook> {
            return read(world, text, is_right);
        };
        return world.write<Accepted>(
            [&](store::Session& s) { return accept_webhook(s, world.context(), arrival); });
    }
    std::optional<ReadAgain> again(WebhookId id, std::string_view body, bool is_right = true,
                                   bool is_meant = false) {
        return again(id, read(world, body, is_right), is_meant);
    }
    std::optional<ReadAgain> again(WebhookId id, domain::InboundWebhook webhook,
                                   bool is_meant = false) {
        const auto rereading = std::make_shared<const Rereading>(id,
                                                                 Arrival{TenantId{1},
                                                                         World::connector,
                                                                         std::move(webhook),
                                                                         {},
                                                                         world.now(),
                                                                         world.now(),
                                                                         {}},
                                                                 "", is_meant);
        return world.write<std::optional<ReadAgain>>(
            [&](store::Session& s) { return units::read_again(s, world.context(), rereading); });
    }
    std::size_t open_reviews() {
        return static_cast<std::size_t>(
            std::ranges::count(world.reviews(), std::string("open"), &store::ReviewRow::status));
    }

    World world;
};

TEST_F(ReadAgainTest, an_unreadable_webhook_has_its_effect_once_when_it_can_be_read) {
    world.register_payment(world.payment("order-1", 1234));
    const Accepted first = come("t1:a", false);
    EXPECT_EQ(world.webhook_row(first.id).status, "review");
    EXPECT_TRUE(world.settlements().empty());
    EXPECT_EQ(again(first.id, "t1:a", false)->outcome, Outcome::unreadable) << "not corrected yet";
    ASSERT_EQ(open_reviews(), 1U);
    const ReviewId opened = world.reviews().front().id;

    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::processed);
    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::processed_before);
    EXPECT_EQ(come("t1:a", true).kind, Kind::duplicate);
    EXPECT_EQ(world.settlements().size(), 1U);
    EXPECT_EQ(world.webhook_row(first.id).status, "processed");
    const auto review = world.read<std::optional<store::ReviewRow>>(
        [&](store::Session& s) { return store::find_review(s, TenantId{1}, opened); });
    EXPECT_EQ(review->status, "closed");
    EXPECT_EQ(review->decision, "") << "a fact closed it";
}

TEST_F(ReadAgainTest, a_webhook_resent_after_the_correction_is_read_again_by_itself) {
    const Accepted first = come("t1:a", false);
    EXPECT_EQ(come("t1:a", false).kind, Kind::duplicate) << "not corrected yet";
    EXPECT_TRUE(world.settlements().empty());
    const Accepted resent = come("t1:a", true);
    EXPECT_EQ(resent.kind, Kind::read_again);
    EXPECT_EQ(resent.id, first.id);
    EXPECT_EQ(come("t1:a", true).kind, Kind::duplicate);
    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::processed_before);
    ASSERT_EQ(world.settlements().size(), 1U);
    EXPECT_EQ(world.settlements().front().webhook_id, first.id);
    EXPECT_EQ(world.webhooks().size(), 1U);
    EXPECT_EQ(open_reviews(), 0U);
}

TEST_F(ReadAgainTest, the_part_that_must_be_equal_may_have_been_wrong_too) {
    // The stored digest belongs to another payload.
    domain::InboundWebhook wrong = read(world, "t1:a", false);
    wrong.payload_digest.fill(7);
    auto arrival =
        std::make_shared<Arrival>(TenantId{1}, World::connector, wrong, "t1:a", world.now());
    const Accepted first = world.write<Accepted>(
        [&](store::Session& s) { return accept_webhook(s, world.context(), arrival); });
    EXPECT_EQ(come("t1:a", true).kind, Kind::read_again);
    EXPECT_EQ(come("t1:a", true).kind, Kind::duplicate) << "by the digest of now";
    EXPECT_EQ(world.webhook_row(first.id).status, "processed");
    EXPECT_EQ(world.settlements().size(), 1U);
    EXPECT_EQ(open_reviews(), 0U);
}

TEST_F(ReadAgainTest, another_payload_under_its_key_is_a_conflict_as_ever) {
    const Accepted first = come("t1:a", false);
    EXPECT_EQ(come("t1:b", true).kind, Kind::conflict);
    ASSERT_EQ(world.settlements().size(), 1U) << "of the one that came first";
    EXPECT_EQ(world.settlements().front().webhook_id, first.id);
    EXPECT_EQ(world.webhooks().size(), 2U);
    EXPECT_EQ(open_reviews(), 1U);
}

TEST_F(ReadAgainTest, a_webhook_archived_by_mistake_has_its_effect_when_it_is_read_again) {
    domain::InboundWebhook ignored = read(world, "t1:a", true);
    ignored.fact = domain::ArchivedFact{};
    const Accepted first = world.accept(ignored, "t1:a");
    EXPECT_EQ(again(first.id, ignored)->outcome, Outcome::archived);
    EXPECT_EQ(again(first.id, "t1:a", false)->outcome, Outcome::unreadable);
    EXPECT_EQ(world.webhook_row(first.id).status, "archived");
    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::processed);
    EXPECT_EQ(world.settlements().size(), 1U);

    ignored = read(world, "t2:a", true);
    ignored.fact = domain::ArchivedFact{};
    world.accept(ignored, "t2:a");
    EXPECT_EQ(come("t2:a", true).kind, Kind::read_again);
    EXPECT_EQ(world.settlements().size(), 2U);
}

// The mapping had the wrong member for the id, so that its key is another one now.
TEST_F(ReadAgainTest, the_same_event_under_another_key_has_its_effect_once) {
    const Accepted first = come("wrong-id:a", false);
    EXPECT_EQ(come("t1:a", true).kind, Kind::stored) << "resent, it is another one by its key";
    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::duplicate);
    EXPECT_EQ(world.settlements().size(), 1U);
    EXPECT_EQ(open_reviews(), 0U);

    const Accepted second = come("wrong-id-2:a", false);
    EXPECT_EQ(again(second.id, "t2:a")->outcome, Outcome::processed);
    EXPECT_EQ(come("t2:a", true).kind, Kind::duplicate) << "resent after it was read again";
    EXPECT_EQ(world.settlements().size(), 2U);

    const Accepted third = come("wrong-id-3:a", false);
    EXPECT_EQ(again(third.id, "t2:b")->outcome, Outcome::conflict);
    EXPECT_EQ(world.settlements().size(), 2U);
    ASSERT_EQ(open_reviews(), 1U);
    EXPECT_EQ(again(third.id, "t2:b")->outcome, Outcome::decided);
    EXPECT_EQ(again(third.id, "t2:b", true, true)->outcome, Outcome::conflict);
    EXPECT_EQ(open_reviews(), 1U) << "one for each body that contradicts";
}

TEST_F(ReadAgainTest, a_person_s_decision_stands_unless_the_webhook_itself_is_meant) {
    const Accepted first = come("t1:a", false);
    const store::ReviewRow review = world.reviews().front();
    world.write<bool>([&](store::Session& s) {
        return store::decide_review(s, TenantId{1}, review.id, {"close", "seen to", "anna"},
                                    world.now());
    });
    EXPECT_EQ(come("t1:a", true).kind, Kind::duplicate);
    EXPECT_EQ(again(first.id, "t1:a")->outcome, Outcome::decided);
    EXPECT_TRUE(world.settlements().empty());
    EXPECT_EQ(again(first.id, "t1:a", true, true)->outcome, Outcome::processed);
    EXPECT_EQ(world.settlements().size(), 1U);
}

TEST_F(ReadAgainTest, a_reversal_that_is_read_again_is_not_taken_for_its_own_repetition) {
    const auto reversal = [&](bool is_right) {
        domain::InboundWebhook webhook = read(world, "t1:a", true);
        auto& fact = std::get<domain::SettlementFact>(webhook.fact);
        fact.is_return = true;
        webhook.suffix = "-REV";
        if (!is_right)
            webhook.fact = domain::UnreadableFact{"amount is missing or unreadable"};
        return webhook;
    };
    const Accepted first = world.accept(reversal(false), "t1:a");
    EXPECT_EQ(again(first.id, reversal(true))->outcome, Outcome::processed);
    EXPECT_EQ(world.webhook_row(first.id).suffix, "-REV");
}

TEST_F(ReadAgainTest, an_unknown_webhook_is_reported) {
    EXPECT_FALSE(again(WebhookId{77}, "t1:a").has_value());
}

} // namespace
} // namespace settled::units
