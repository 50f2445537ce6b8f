#include "store/queries/money/reviews.h"
#include "units/orders/bank_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The bank's own record of a payment, as its answer for one transaction has it.
struct BankRecord {
    std::string transaction_id = "tx-1";
    std::string end_to_end_id = "their-own-id";
    std::string side = "DBIT";
    std::string status = "ACSC";
    std::string amount = "100.00";
    std::string sort_code = "601613";
    std::string account_number = "31926819";
};

std::string shown(const BankRecord& record) {
    return fmt::format(
        R"({{"transaction":{{"transactionId":"{}","endToEndIdentifier":"{}","debitCreditCode":"{}",)"
        R"("status":"{}","transactionTime":"2026-11-30T10:00:00Z","amount":{{"instructedAmount":{},)"
        R"("currency":"GBP"}},"counterpartAccount":{{"identification":{{"sortCode":"{}",)"
        R"("accountNumber":"{}"}}}}}}}})",
        record.transaction_id, record.end_to_end_id, record.side, record.status, record.amount,
        record.sort_code, record.account_number);
}

// An order of 100.00 of which the bank, asked for long enough, has said nothing.
class ClaimedSettlement : public ::testing::Test {
  protected:
    ClaimedSettlement() {
        world.order("payout-1");
        world.lose(world.take_one());
        for (int i = 0; i < 20 && status() != OrderStatus::needs_review; ++i) {
            world.pass(std::chrono::hours(1));
            for (const CallToSend& call : world.take())
                world.reply(call, call.request.method == "GET" ? 200 : 503,
                            R"({"transactions":[]})");
        }
        EXPECT_EQ(status(), OrderStatus::needs_review);
    }
    OrderStatus status() { return world.status_of("payout-1"); }
    Result<OrderAnswer> claim(const std::string& transaction_id) {
        return world.write<Result<OrderAnswer>>([&](store::Session& s) {
            return rule_on_order(s, world.context(),
                                 {.tenant = BankWorld::tenant,
                                  .order = world.order_named("payout-1").id,
                                  .ruling = OrderRuling::settled,
                                  .transaction_id = transaction_id,
                                  .reason = "the bank's support, case 4711",
                                  .actor = "ann",
                                  .now = world.now()});
        });
    }
    CallToSend query() {
        for (CallToSend& call : world.take())
            if (call.request.target.contains("/Transactions/"))
                return std::move(call);
        throw std::runtime_error("the bank is not asked for a transaction");
    }
    // The review while it is open.
    std::string detail() {
        for (const auto& review : world.reviews())
            if (review.kind == store::review_order_unresolved)
                return review.detail;
        return "";
    }

    BankWorld world;
};

TEST_F(ClaimedSettlement, settles_the_order_by_what_the_bank_shows_of_it) {
    ASSERT_TRUE(claim("tx-1"));
    EXPECT_EQ(status(), OrderStatus::needs_review) << "a claim alone settles nothing";
    const CallToSend call = query();
    EXPECT_EQ(call.request.target, "/v2/Accounts/inst-1/Transactions/tx-1");
    const auto review = world.read<std::optional<store::ReviewRow>>([&](store::Session& s) {
        return store::find_open_review(s, BankWorld::tenant, store::review_order_unresolved,
                                       world.order_named("payout-1").id.value);
    });
    world.reply(call, 200, shown({}));
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_EQ(world.order_named("payout-1").transaction_id, "tx-1");
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    const auto closed = world.read<std::optional<store::ReviewRow>>(
        [&](store::Session& s) { return store::find_review(s, BankWorld::tenant, review->id); });
    EXPECT_EQ(closed->decision, "settled");
    EXPECT_EQ(closed->reason, "the bank's support, case 4711");
    EXPECT_EQ(closed->actor, "ann");
}

TEST_F(ClaimedSettlement, the_webhook_that_comes_later_is_of_the_same_movement) {
    ASSERT_TRUE(claim("tx-1"));
    world.reply(query(), 200, shown({}));
    world.tell("late", world.debit(world.order_named("payout-1"), "tx-1"));
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(ClaimedSettlement, anything_else_leaves_the_order_and_says_why) {
    struct Case {
        BankRecord record;
        std::string_view says;
    };
    const std::array cases{
        Case{{.transaction_id = "tx-2"}, "about another transaction"},
        Case{{.side = "CRDT"}, "is a credit"},
        Case{{.status = "PDNG"}, "status is PDNG"},
        Case{{.amount = "100.01"}, "another amount"},
        Case{{.account_number = "31926818"}, "another creditor"},
        Case{{.sort_code = "", .account_number = ""},
             "neither the order's end-to-end id nor its creditor"},
        Case{{.end_to_end_id = "", .sort_code = "", .account_number = ""},
             "neither the order's end-to-end id nor its creditor"},
    };
    for (const Case& given : cases) {
        ASSERT_TRUE(claim("tx-1"));
        world.reply(query(), 200, shown(given.record));
        EXPECT_EQ(status(), OrderStatus::needs_review) << given.says;
        EXPECT_THAT(detail(), HasSubstr(given.says));
        world.pass(std::chrono::minutes(1));
    }
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_unresolved"));
}

TEST_F(ClaimedSettlement, a_transaction_that_the_bank_does_not_know_settles_nothing) {
    ASSERT_TRUE(claim("tx-9"));
    world.reply(query(), 404, "{}");
    EXPECT_EQ(status(), OrderStatus::needs_review);
    EXPECT_THAT(detail(), HasSubstr("the bank shows no such transaction"));
    const auto state = world.read<store::ConnectorState>([&](store::Session& s) {
        return store::find_connector_state(s, BankWorld::tenant, BankWorld::connector);
    });
    EXPECT_EQ(state.paused_until, Instant{}) << "a wrong id must not stop payments";
}

TEST_F(ClaimedSettlement, one_transaction_never_settles_two_orders) {
    auto other = world.order("payout-2");
    world.reply(world.take_one(), 202, BankWorld::accepted({other.end_to_end_id}));
    world.tell("first", world.debit(other, "tx-1"));
    ASSERT_EQ(world.status_of("payout-2"), OrderStatus::settled);
    ASSERT_TRUE(claim("tx-1"));
    world.reply(query(), 200, shown({}));
    EXPECT_EQ(status(), OrderStatus::needs_review);
    EXPECT_THAT(detail(), HasSubstr("belongs to another order"));
    ASSERT_TRUE(claim("TX-1"));
    world.reply(query(), 200, shown({.transaction_id = "TX-1"}));
    EXPECT_EQ(status(), OrderStatus::needs_review) << "in other letters";
}

TEST_F(ClaimedSettlement, only_the_latest_claim_counts) {
    ASSERT_TRUE(claim("tx-0"));
    const CallToSend earlier = query();
    ASSERT_TRUE(claim("tx-1"));
    const CallToSend later = query();
    world.reply(earlier, 200, shown({.transaction_id = "tx-0"}));
    EXPECT_EQ(status(), OrderStatus::needs_review);
    world.reply(later, 200, shown({}));
    EXPECT_EQ(world.order_named("payout-1").transaction_id, "tx-1");
}

} // namespace
} // namespace settled::units
