// Which payments go, and what is still known of those that went.
#include "store/queries/money/catch_ups.h"
#include "units/matching/decide.h"
#include "units/purge/purge_testing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace settled::units {
namespace {

using store::Session;
using testing::Days;
using testing::every_kind;
using testing::PurgeCounts;
using testing::PurgedKind;
using testing::PurgeWorld;
using testing::World;

TEST(Purge, removes_a_settled_payment_with_its_settlement_and_match) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    const auto payment = world.payment_named("order-1");
    const auto settlement = world.settlement("t-order-1");
    const auto match = world.match_of("t-order-1").value();
    world.grow_old();
    const PurgeCounts counts = world.purge();
    EXPECT_EQ(counts.payments, 1);
    EXPECT_EQ(counts.settlements, 1);
    EXPECT_EQ(counts.matches, 1);
    EXPECT_EQ(counts.kept, 0);
    for (const char* const table :
         {"payment", "settlement", "settlement_match", "match_end", "search_word"})
        EXPECT_EQ(world.rows(table), 0) << table;
    EXPECT_EQ(world.rows("task", "lane_id = 0"), 0) << "timers go with what they were of";
    EXPECT_EQ(world.purged(PurgedKind::payment, payment.id.value)->name, "order-1");
    EXPECT_EQ(world.purged(PurgedKind::payment, payment.id.value)->purged_at, world.now());
    EXPECT_TRUE(world.purged(PurgedKind::settlement, settlement.id.value).has_value());
    EXPECT_TRUE(world.purged(PurgedKind::match, match.id.value).has_value());
    EXPECT_GT(world.rows("event"), 0) << "events are a kind of their own";
    EXPECT_EQ(world.audit(), 3U) << "a match, with its payment and its settlement";
}

TEST(Purge, keeps_what_is_younger) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.grow_old(Days(399));
    world.pay("order-2", 2'000);
    EXPECT_EQ(world.purge().payments, 0);
    world.pass(Days(2));
    EXPECT_EQ(world.purge().payments, 1);
    EXPECT_EQ(world.payment_of("t-order-2"), "order-2");
}

TEST(Purge, counts_what_it_would_remove_and_removes_nothing_in_a_dry_run) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.pay("order-2", 2'000);
    world.grow_old();
    const PurgeCounts counts = world.purge(every_kind, true);
    EXPECT_EQ(counts.payments, 2);
    EXPECT_EQ(counts.settlements, 2);
    EXPECT_EQ(counts.events, 2);
    EXPECT_EQ(world.rows("payment"), 2);
    EXPECT_EQ(world.rows("event"), 2);
    EXPECT_EQ(world.rows("purged"), 0);
    EXPECT_EQ(world.purge(every_kind).payments, 2);
}

// Why a payment that is settled stays.
struct Refusal {
    std::string_view name;
    void (*make)(PurgeWorld& world);
};

void insert_posting(PurgeWorld& world) {
    world.change(fmt::format(
        "INSERT INTO posting (tenant_id, id, connector_id, kind, cause, status, loan_account_id, "
        "subject_kind, subject_id, external_id, amount_minor, currency, scheme, value_at, detail, "
        "transaction_key, undo, reason_code, reason, version, created_at, updated_at) VALUES (1, "
        "77, 1, 'repayment', 'x', 'in_doubt', '', 'settlement', {}, '', 1000, 'GBP', '', 0, "
        "'{{}}', "
        "'', 0, '', '', 0, 0, 0)",
        world.settlement("t-order-1").id.value));
}

void insert_return(PurgeWorld& world) {
    world.change(fmt::format(
        "INSERT INTO money_return (tenant_id, id, client_id, settlement_id, connector_id, scheme, "
        "transaction_id, end_to_end_id, reason, status, reason_code, detail, version, created_at, "
        "updated_at) VALUES (1, 77, '', {}, 1, 'fps', 't', '', 'other', 'submitted', '', '', 0, 0, "
        "0)",
        world.settlement("t-order-1").id.value));
}

const Refusal refusals[] = {
    {"payment_in_review",
     [](PurgeWorld& w) { w.open_review(w.payment_named("order-1").id.value); }},
    {"settlement_in_review",
     [](PurgeWorld& w) { w.open_review(w.settlement("t-order-1").id.value); }},
    {"match_in_review", [](PurgeWorld& w) { w.open_review(w.match_of("t-order-1")->id.value); }},
    {"webhook_in_review",
     [](PurgeWorld& w) { w.open_review(w.settlement("t-order-1").webhook_id.value); }},
    {"delivery_owed",
     [](PurgeWorld& w) { w.change("UPDATE task SET status = 'queued' WHERE lane_id <> 0"); }},
    {"delivery_dead",
     [](PurgeWorld& w) { w.change("UPDATE task SET status = 'dead' WHERE lane_id <> 0"); }},
    {"timer_waits",
     [](PurgeWorld& w) {
         const auto settlement = w.settlement("t-order-1").id;
         w.write<void>([&](Session& s) {
             return store::insert_task(s, World::tenant, w.new_id<TaskId>(),
                                       store::task_decide_again, settlement.value, 0, store::never,
                                       w.now());
         });
     }},
    {"posting_in_doubt", insert_posting},
    {"return_under_way", insert_return},
    {"match_not_sealed", [](PurgeWorld& w) { w.change("DELETE FROM evidence_seal"); }},
    {"payment_expected", [](PurgeWorld& w) { w.change("UPDATE payment SET status = 'expected'"); }},
    {"payment_overdue", [](PurgeWorld& w) { w.change("UPDATE payment SET status = 'overdue'"); }},
    {"payment_in_parts",
     [](PurgeWorld& w) { w.change("UPDATE payment SET status = 'partially_settled'"); }},
    {"settlement_waits",
     [](PurgeWorld& w) { w.change("UPDATE settlement SET status = 'unmatched'"); }},
    {"settlement_young",
     [](PurgeWorld& w) {
         w.change(fmt::format("UPDATE settlement SET received_at = {}", w.now().us));
     }},
    {"match_ended_lately",
     [](PurgeWorld& w) {
         w.change(fmt::format("UPDATE settlement_match SET ended_at = {}", w.now().us));
     }},
    {"event_young",
     [](PurgeWorld& w) { w.change(fmt::format("UPDATE event SET created_at = {}", w.now().us)); }},
};

class PurgeRefused : public ::testing::TestWithParam<Refusal> {};

TEST_P(PurgeRefused, keeps_the_payment_and_all_that_belongs_to_it) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.grow_old();
    GetParam().make(world);
    const PurgeCounts counts = world.purge();
    EXPECT_EQ(counts.payments, 0);
    for (const char* const table : {"payment", "settlement", "settlement_match"})
        EXPECT_EQ(world.rows(table), 1) << table;
    EXPECT_EQ(world.rows("purged"), 0);
    EXPECT_EQ(world.rows("purged_evidence"), 0);
}

INSTANTIATE_TEST_SUITE_P(Each, PurgeRefused, ::testing::ValuesIn(refusals),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Purge, never_removes_a_settlement_without_a_payment) {
    PurgeWorld world;
    world.settle("t", 1'000, "NOBODY");
    world.grow_old();
    EXPECT_EQ(world.purge().settlements, 0);
    EXPECT_EQ(world.rows("settlement"), 1);
}

TEST(Purge, removes_a_cancelled_payment_that_nothing_came_for) {
    PurgeWorld world;
    world.register_payment(world.order("order-1", 1'000));
    auto failed = world.order("order-1", 1'000);
    failed.has_failed = true;
    world.register_payment(failed);
    ASSERT_EQ(world.payment_named("order-1").status, domain::PaymentStatus::cancelled);
    world.grow_old();
    EXPECT_EQ(world.purge().payments, 1);
    EXPECT_EQ(world.rows("payment"), 0);
}

// t was matched to order-1 first; a person undid that, and it pays order-2.
TEST(Purge, removes_together_what_was_ever_matched_or_nothing_of_it) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    const auto match = world.match_of("t-order-1")->id;
    const Decision undoing{World::tenant, std::nullopt, "key_1", "wrong customer", world.now()};
    (void)world.write<Result<DecisionResult>>(
        [&](Session& s) { return undo(s, world.context(), undoing, match); });
    world.register_payment(world.order("order-2", 1'000));
    const Decision matching{World::tenant, std::nullopt, "key_1", "this one", world.now()};
    const auto settlement = world.settlement("t-order-1").id;
    const auto parts = std::make_shared<const std::vector<PaymentPart>>(
        std::vector<PaymentPart>{{"order-2", std::nullopt}});
    const auto made = world.write<Result<DecisionResult>>(
        [&](Session& s) { return match_by_hand(s, world.context(), matching, settlement, parts); });
    ASSERT_TRUE(made.has_value()) << made.error().detail;
    world.grow_old();
    EXPECT_EQ(world.purge().payments, 0) << "order-1 is still expected";
    EXPECT_EQ(world.rows("payment"), 2);
    auto failed = world.order("order-1", 1'000);
    failed.created_at = world.payment_named("order-1").created_at;
    failed.has_failed = true;
    world.register_payment(failed);
    world.grow_old();
    const PurgeCounts counts = world.purge();
    EXPECT_EQ(counts.payments, 2);
    EXPECT_EQ(counts.settlements, 1);
    EXPECT_EQ(counts.matches, 2);
    EXPECT_EQ(world.rows("settlement_match"), 0);
    EXPECT_EQ(world.rows("match_end"), 0);
    EXPECT_EQ(world.audit(), 7U) << "two matches with their sides, and an end";
}

TEST(Purge, knows_a_webhook_that_comes_again) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    auto money = world.fact(1'000);
    money.reference = "INVOICE order-1";
    money.end_to_end_id = "E2E-order-1";
    money.transaction_id = "t-order-1";
    money.counterparty = testing::party("040004 12345678", "Ann Lee");
    world.grow_old();
    ASSERT_EQ(world.purge(every_kind).payments, 1);
    const auto again = world.accept(World::webhook("t-order-1", money));
    EXPECT_EQ(again.kind, Accepted::Kind::duplicate);
    EXPECT_EQ(world.rows("settlement"), 0);
    // The same transaction under another key, as after a change of the bank's.
    world.accept(World::webhook("another-key", money));
    EXPECT_EQ(world.rows("settlement"), 0);
    EXPECT_EQ(world.rows("event"), 0);
    const auto known = world.read<std::optional<store::BankTransactionRow>>([&](Session& s) {
        return store::find_bank_transaction(s, World::tenant, World::connector, "t-order-1", true);
    });
    EXPECT_TRUE(known.has_value()) << "catch-up and statements know it by this row";
}

TEST(Purge, does_not_register_a_payment_under_an_id_that_was_used) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.grow_old();
    ASSERT_EQ(world.purge().payments, 1);
    const auto again = world.register_payment(world.order("order-1", 1'000));
    EXPECT_EQ(again.kind, Registered::Kind::purged);
    EXPECT_EQ(again.purged_at, world.now());
    EXPECT_EQ(world.rows("payment"), 0);
    EXPECT_EQ(world.register_payment(world.order("order-2", 1'000)).kind,
              Registered::Kind::created);
}

void send_back(PurgeWorld& world, domain::SettlementFact money) {
    money.credit = false;
    money.is_return = true;
    money.return_reason = "AC04";
    money.transaction_id = "r";
    auto webhook = World::webhook("r", money);
    webhook.suffix = "-REV";
    world.accept(webhook);
}

// A second payment of order-1's amount and reference is settled as "t-2"; then a return of that reference comes.
void pay_alike_and_send_back(PurgeWorld& world) {
    auto second = world.order("order-2", 1'000);
    second.reference = "INVOICE order-1";
    world.register_payment(second);
    world.settle("t-2", 1'000, "INVOICE order-1");
    world.pass_watermark();
    ASSERT_EQ(world.payment_of("t-2"), "order-2");
    auto money = world.fact(1'000);
    money.reference = "INVOICE order-1";
    send_back(world, money);
    world.clock().advance(std::chrono::seconds(30));
    world.run_due();
}

TEST(Purge, puts_a_return_of_a_purged_settlement_to_review_at_once) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    const auto purged = world.settlement("t-order-1").id;
    world.grow_old();
    ASSERT_EQ(world.purge().payments, 1);
    auto money = world.fact(1'000);
    money.end_to_end_id = "E2E-order-1";
    send_back(world, money);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().front().kind, store::review_unmatched_return);
    EXPECT_THAT(world.reviews().front().detail, ::testing::HasSubstr(to_string(purged)));
}

// Both have the reference; which of them went back only a person can say.
TEST(Purge, undoes_no_other_match_for_a_return_that_may_be_of_a_purged_settlement) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.grow_old();
    ASSERT_EQ(world.purge().payments, 1);
    pay_alike_and_send_back(world);
    EXPECT_EQ(world.payment_of("t-2"), "order-2") << "nothing is undone";
    EXPECT_EQ(world.reviews().size(), 1U);
}

TEST(Purge, keeps_the_settlements_that_a_return_under_review_may_name) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    pay_alike_and_send_back(world);
    ASSERT_EQ(world.reviews().size(), 1U) << "a person says which of the two went back";
    world.grow_old();
    EXPECT_EQ(world.purge().payments, 0);
    EXPECT_EQ(world.rows("settlement"), 2);
}

TEST(Purge, registers_a_payment_late_although_what_it_may_have_been_is_purged) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    const auto settled_at = world.now();
    world.grow_old();
    ASSERT_EQ(world.purge().payments, 1);
    auto late = world.order("order-9", 1'000);
    late.reference = "INVOICE order-1";
    late.created_at = settled_at;
    EXPECT_EQ(world.register_payment(late).kind, Registered::Kind::created);
}

} // namespace
} // namespace settled::units
