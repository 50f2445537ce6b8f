// Rules 11 to 15: an event has one effect, nothing is overwritten, nothing is dropped.
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using testing::gbp;
using testing::iban_of_shop;
using testing::party;
using testing::World;
using Kind = Accepted::Kind;

TEST(AcceptWebhook, stores_the_body_as_it_was_received) {
    World world;
    const std::string body = "{\"Type\": \"TransactionSettled\"\n}\0after a NUL";
    const Accepted accepted = world.accept(World::webhook("t1", world.fact(100)), body);
    EXPECT_EQ(accepted.kind, Kind::stored);
    const auto row = world.webhook_row(accepted.id);
    EXPECT_EQ(row.body, body);
    EXPECT_EQ(row.status, "processed");
    EXPECT_EQ(row.composite_key, "TransactionSettled:t1:FasterPayments");
    EXPECT_EQ(row.received_at, world.now());
    EXPECT_EQ(world.settlements().size(), 1);
}

TEST(AcceptWebhook, has_one_effect_however_often_it_comes) {
    World world;
    const Accepted first = world.settle("t1", world.fact(100));
    for (int i = 0; i < 3; ++i) {
        world.clock().advance(std::chrono::hours(9));
        auto again = World::webhook("t1", world.fact(100));
        again.nonce = i; // new in each delivery
        const Accepted accepted = world.accept(again);
        EXPECT_EQ(accepted.kind, Kind::duplicate);
        EXPECT_EQ(accepted.id, first.id);
    }
    EXPECT_EQ(world.settlements().size(), 1);
    EXPECT_EQ(world.webhooks().size(), 1);
    EXPECT_TRUE(world.reviews().empty());
}

TEST(AcceptWebhook, a_contradicting_webhook_is_stored_next_to_the_first_and_opens_one_review) {
    World world;
    const Accepted first = world.accept(World::webhook("t1", world.fact(100), "a"), "first");
    for (int i = 0; i < 3; ++i) {
        const Accepted other = world.accept(World::webhook("t1", world.fact(999), "b"), "second");
        EXPECT_EQ(other.kind, Kind::conflict);
        EXPECT_EQ(other.id, first.id);
    }
    ASSERT_EQ(world.settlements().size(), 1) << "the other content has no effect";
    EXPECT_EQ(world.settlements().front().amount, gbp(100));
    ASSERT_EQ(world.webhooks().size(), 2);
    EXPECT_EQ(world.webhook_row(world.webhooks()[1].id).body, "first");
    EXPECT_EQ(world.webhook_row(world.webhooks()[0].id).body, "second");
    EXPECT_EQ(world.webhooks()[0].status, "review");
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_EQ(world.reviews().front().kind, store::review_webhook_conflict);
    EXPECT_EQ(world.reviews().front().subject_id, first.id.value);
}

TEST(AcceptWebhook, a_conflict_names_the_members_that_differ_those_of_money_first) {
    World world;
    (void)world.accept(World::webhook("t1", world.fact(100), "a"),
                       R"({"At":"10:00","Payload":{"Id":"t1","Amount":1.00}})");
    (void)world.accept(World::webhook("t1", world.fact(999), "b"),
                       R"({"Payload":{"Amount":9.99,"Id":"t1"},"At":"10:05"})");
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_THAT(world.reviews().front().detail,
                ::testing::HasSubstr(R"("differs":["/Payload/Amount","/At"])"));
}

domain::InboundWebhook pushed(std::string_view message, const domain::NewPayment& payment) {
    auto webhook = World::webhook(
        message, domain::PaymentFact{std::make_shared<const domain::NewPayment>(payment)});
    webhook.type = "PaymentPushed";
    webhook.unique_id = payment.client_id;
    return webhook;
}

TEST(AcceptWebhook, a_pushed_payment_is_registered_once) {
    World world;
    EXPECT_EQ(world.accept(pushed("m1", world.payment("order-1", 100))).kind, Kind::stored);
    EXPECT_EQ(world.accept(pushed("m1", world.payment("order-1", 100))).kind, Kind::duplicate);
    EXPECT_EQ(world.accept(pushed("m2", world.payment("order-1", 100))).kind, Kind::stored)
        << "another message with the same payment";
    EXPECT_EQ(world.payment_named("order-1").amount, gbp(100));
    EXPECT_TRUE(world.reviews().empty());
}

TEST(AcceptWebhook, a_pushed_payment_that_contradicts_changes_nothing_and_is_put_to_review) {
    World world;
    world.accept(pushed("m1", world.payment("order-1", 100)));
    const Accepted other = world.accept(pushed("m2", world.payment("order-1", 999)));
    EXPECT_EQ(other.kind, Kind::stored);
    EXPECT_EQ(world.payment_named("order-1").amount, gbp(100));
    EXPECT_EQ(world.webhook_row(other.id).status, "review");
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_EQ(world.reviews().front().kind, store::review_payment_conflict);
    EXPECT_EQ(world.reviews().front().subject_id, other.id.value);
    EXPECT_EQ(world.reviews().front().detail, R"({"client_id":"order-1"})");
}

TEST(AcceptWebhook, opens_one_review_for_each_body_that_contradicts) {
    World world;
    world.accept(World::webhook("t1", world.fact(100), "a"));
    for (int round = 0; round < 3; ++round)
        for (const char* content : {"b", "c", "d"})
            EXPECT_EQ(world.accept(World::webhook("t1", world.fact(100), content)).kind,
                      Kind::conflict);
    EXPECT_EQ(world.reviews().size(), 3);
    EXPECT_EQ(world.webhooks().size(), 4);
    EXPECT_EQ(world.accept(World::webhook("t1", world.fact(100), "a")).kind, Kind::duplicate);
}

TEST(AcceptWebhook, marks_reversals_and_their_repetition) {
    World world;
    auto reversal = [&](std::string_view dedupe) {
        auto fact = world.fact(100);
        fact.is_return = true;
        auto webhook = World::webhook("e2e-1", fact, dedupe);
        webhook.dedupe_key = dedupe;
        webhook.suffix = "-REV";
        return world.webhook_row(world.accept(webhook).id);
    };
    world.settle("e2e-1", world.fact(100));
    const auto first = reversal("rev-1");
    EXPECT_EQ(first.suffix, "-REV");
    EXPECT_EQ(first.composite_key, "TransactionSettled:e2e-1:FasterPayments-REV");
    EXPECT_EQ(reversal("rev-2").suffix, "-RETRY");
    EXPECT_EQ(reversal("rev-3").suffix, "-RETRY");
    EXPECT_EQ(reversal("rev-1").id, first.id) << "a duplicate stays one";
    EXPECT_EQ(world.settlements().size(), 1) << "a return is no money for a payment";
}

TEST(AcceptWebhook, takes_both_legs_of_a_transfer_and_settles_the_credit) {
    World world;
    auto leg = [&](bool credit) {
        auto fact = world.fact(100);
        fact.credit = credit;
        fact.scheme = "Transfer";
        auto webhook = World::webhook("transfer-1", fact, credit ? "credit" : "debit");
        webhook.dedupe_key = credit ? "transfer-1:credit" : "transfer-1:debit";
        return world.accept(webhook).kind;
    };
    EXPECT_EQ(leg(false), Kind::stored);
    EXPECT_EQ(leg(true), Kind::stored);
    EXPECT_EQ(leg(false), Kind::duplicate);
    EXPECT_EQ(leg(true), Kind::duplicate);
    EXPECT_EQ(world.settlements().size(), 1);
    EXPECT_TRUE(world.reviews().empty());
}

TEST(AcceptWebhook, puts_what_it_cannot_read_to_review) {
    World world;
    const Accepted accepted =
        world.accept(World::webhook("t1", domain::UnreadableFact{"Amount is missing"}), "raw");
    EXPECT_EQ(accepted.kind, Kind::stored);
    const auto row = world.webhook_row(accepted.id);
    EXPECT_EQ(row.status, "review");
    EXPECT_EQ(row.body, "raw");
    ASSERT_EQ(world.reviews().size(), 1);
    EXPECT_EQ(world.reviews().front().kind, store::review_webhook_unreadable);
    EXPECT_EQ(world.reviews().front().detail, R"({"reason":"Amount is missing"})");
}

TEST(AcceptWebhook, archives_what_means_nothing_here) {
    World world;
    const Accepted accepted = world.accept(World::webhook("t1", domain::ArchivedFact{}));
    EXPECT_EQ(world.webhook_row(accepted.id).status, "archived");
    EXPECT_TRUE(world.reviews().empty());
    EXPECT_TRUE(world.settlements().empty());
}

TEST(AcceptWebhook, registers_an_account_that_the_bank_opened_once) {
    World world;
    const domain::AccountOpenedFact fact{"va-1", "loan-1", "A Borrower",
                                         party("GB33BUKB20201555555555")};
    world.accept(World::webhook("va-1", fact));
    world.accept(World::webhook("va-1 again", fact));
    const auto found = world.read<std::optional<store::AccountRow>>([&](store::Session& s) {
        return store::find_account_by_bank_id(s, World::tenant, "va-1");
    });
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->account_key, "20201555555555");
    EXPECT_EQ(found->iban, "GB33BUKB20201555555555");
    EXPECT_EQ(found->external_id, "loan-1");
    const auto all = world.read<std::vector<store::AccountRow>>([&](store::Session& s) {
        return store::list_accounts(s, World::tenant, World::last_id, 10);
    });
    EXPECT_EQ(all.size(), 2);

    auto payment = world.payment("order-1", 100);
    payment.payee = {};
    payment.payee_account_id = "va-1"; // it can be paid into at once, by the bank's id
    EXPECT_EQ(world.register_payment(payment).kind, Registered::Kind::created);
}

TEST(AcceptWebhook, remembers_what_was_released) {
    World world;
    world.settle("t1", world.fact(100));
    world.accept(World::webhook("t2", domain::UnreadableFact{"x"}));
    world.clock().advance(std::chrono::days(16));
    const auto released = world.write<store::Bitten>([&](store::Session& s) {
        return store::release_webhooks(s, World::tenant, World::connector,
                                       world.now() - std::chrono::days(15), {100, 1'000'000});
    });
    EXPECT_FALSE(released.more);
    EXPECT_EQ(released.rows, 1) << "what is in review stays";
    EXPECT_EQ(world.webhooks().size(), 1);
    EXPECT_EQ(world.settle("t1", world.fact(100)).kind, Kind::duplicate);
    EXPECT_EQ(world.settlements().size(), 1);
}

} // namespace
} // namespace settled::units
