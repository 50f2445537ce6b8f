#include "sandbox/rig_test.h"

#include <algorithm>
#include <set>

namespace settled::sandbox {
namespace {

using namespace std::chrono_literals;

// No answer of these tests is late where it is not meant to be, however slow the machine is.
constexpr SenderTiming quick{.answer_within = 10s, .retry_every = 20ms, .retry_for = 60s};

class Sender : public Rig {
  protected:
    std::vector<std::int64_t> submit(SendOptions options = {}) {
        SettledPayment payment;
        payment.account_iban = test_account;
        payment.amount = *parse_money("12.34", *Currency::parse("GBP"));
        payment.end_to_end_id = "E2E-1";
        Payload payload = transaction_settled(payment, clock_.now(), sandbox_->rng());
        const auto ids = sandbox_->sender().submit(std::move(payload), options);
        EXPECT_TRUE(ids);
        return ids ? *ids : std::vector<std::int64_t>{};
    }
};

TEST_F(Sender, in_a_silence_webhooks_are_given_up_and_later_ones_go_again) {
    start(quick);
    sandbox_->sender().hold();
    const std::int64_t held = submit().front();
    sandbox_->sender().silence(true);
    const std::int64_t silent = submit().front();
    EXPECT_EQ(webhook(held).state, WebhookState::given_up);
    EXPECT_EQ(webhook(silent).state, WebhookState::given_up);
    EXPECT_EQ(webhook(silent).attempts, 0);
    sandbox_->sender().silence(false);
    ASSERT_TRUE(sandbox_->sender().release({}));
    EXPECT_TRUE(acknowledged(submit().front()));
    EXPECT_EQ(stand_in_->webhooks.size(), 1U);
}

TEST_F(Sender, a_right_answer_acknowledges_at_once) {
    start(quick);
    const std::int64_t id = submit().front();
    ASSERT_TRUE(acknowledged(id));
    const WebhookRecord& record = webhook(id);
    EXPECT_EQ(record.attempts, 1);
    ASSERT_EQ(record.history.size(), 1U);
    EXPECT_EQ(record.history[0].status, 200);
    EXPECT_LE(record.created, record.first_sent);
    EXPECT_LE(record.first_sent, record.acknowledged);
    ASSERT_EQ(stand_in_->webhooks.size(), 1U);
    EXPECT_EQ(stand_in_->forged, 0U);
    const net::Request& sent = stand_in_->webhooks[0];
    EXPECT_EQ(sent.fields.find("x-delivery-attempt"), "1");
    EXPECT_FALSE(sent.fields.find("x-retry-reason"));
    EXPECT_EQ(text_at(parsed(sent.body), "Type"), "TransactionSettled");
}

TEST_F(Sender, every_wrong_answer_is_retried_with_its_reason) {
    struct Case {
        Reaction reaction;
        Verdict verdict;
        const char* reason;
    };
    const Case cases[] = {
        {Reaction::server_error, Verdict::http, "HTTP"},
        {Reaction::wrong_nonce, Verdict::format, "Payload / Response Format"},
        {Reaction::no_json, Verdict::format, "Payload / Response Format"},
        {Reaction::wrong_signature, Verdict::non_repudiation, "Non-repudiation"},
        {Reaction::unsigned_answer, Verdict::non_repudiation, "Non-repudiation"},
    };
    start(quick);
    for (const Case& c : cases) {
        stand_in_->webhooks.clear();
        stand_in_->plan = {c.reaction};
        const std::int64_t id = submit().front();
        ASSERT_TRUE(acknowledged(id)) << c.reason;
        const WebhookRecord& record = webhook(id);
        ASSERT_EQ(record.history.size(), 2U) << c.reason;
        EXPECT_EQ(record.history[0].verdict, c.verdict) << c.reason;
        EXPECT_EQ(record.history[1].verdict, Verdict::acknowledged);
        EXPECT_GE(record.history[1].started, record.history[0].started + quick.retry_every);
        ASSERT_EQ(stand_in_->webhooks.size(), 2U);
        const net::Request& again = stand_in_->webhooks[1];
        EXPECT_EQ(again.fields.find("x-delivery-attempt"), "2");
        EXPECT_EQ(again.fields.find("x-retry-reason"), c.reason);
        const wire::JsonDocument first = parsed(stand_in_->webhooks[0].body);
        const wire::JsonDocument second = parsed(again.body);
        EXPECT_EQ(text_at(first, "Payload"), text_at(second, "Payload"));
        EXPECT_NE(text_at(first, "Nonce"), text_at(second, "Nonce"));
    }
}

TEST_F(Sender, an_answer_that_does_not_come_in_time_is_retried_with_its_reason) {
    start({.answer_within = 100ms, .retry_every = 20ms, .retry_for = 60s});
    stand_in_->late_by = 20s;
    stand_in_->plan = {Reaction::late};
    const std::int64_t id = submit().front();
    ASSERT_TRUE(acknowledged(id));
    const WebhookRecord& record = webhook(id);
    ASSERT_GE(record.history.size(), 2U); // more where the machine is slow
    EXPECT_EQ(record.history[0].verdict, Verdict::timeout);
    EXPECT_EQ(stand_in_->webhooks.at(1).fields.find("x-delivery-attempt"), "2");
    EXPECT_EQ(stand_in_->webhooks.at(1).fields.find("x-retry-reason"), "Timeout");
}

TEST_F(Sender, a_delivery_without_a_listener_is_a_connection_fault_and_is_retried) {
    start(quick);
    ASSERT_TRUE(sandbox_->aim({"http://127.0.0.1:1/hooks", "", Secret()}));
    const std::int64_t id = submit().front();
    ASSERT_TRUE(until([&] { return webhook(id).attempts >= 2; }));
    EXPECT_EQ(webhook(id).history[0].verdict, Verdict::connection);
    EXPECT_EQ(webhook(id).history[0].status, 0);
    const std::string hook = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hooks";
    ASSERT_TRUE(sandbox_->aim({hook, "", Secret()}));
    EXPECT_TRUE(acknowledged(id));
}

TEST_F(Sender, of_two_places_each_attempt_goes_to_the_next_one) {
    start(quick);
    const std::string root = "http://127.0.0.1:";
    const std::uint16_t nobody = 1;
    ASSERT_TRUE(
        sandbox_->spread_webhooks({root + std::to_string(nobody) + "/hooks/clearbank",
                                   root + std::to_string(server_->port()) + "/hooks/clearbank"}));
    const std::int64_t id = submit().front();
    ASSERT_EQ(id, 1); // its first attempt goes to place (1 + 1) % 2
    ASSERT_TRUE(acknowledged(id));
    ASSERT_EQ(webhook(id).history.size(), 2U);
    EXPECT_EQ(webhook(id).history[0].port, nobody);
    EXPECT_EQ(webhook(id).history[0].verdict, Verdict::connection);
    EXPECT_EQ(webhook(id).history[1].port, server_->port());
    const std::int64_t second = submit().front();
    ASSERT_TRUE(acknowledged(second));
    EXPECT_EQ(webhook(second).attempts, 1);
    EXPECT_FALSE(sandbox_->spread_webhooks({"no address"}));
}

TEST_F(Sender, the_bank_gives_up_after_its_time) {
    start({.answer_within = 10s, .retry_every = 20ms, .retry_for = 100ms});
    stand_in_->plan.assign(1000, Reaction::server_error);
    const std::int64_t id = submit().front();
    ASSERT_TRUE(until([&] { return webhook(id).state == WebhookState::given_up; }));
    EXPECT_GE(webhook(id).attempts, 1); // fewer where the machine is slow
    EXPECT_LE(webhook(id).attempts, 6);
    EXPECT_EQ(sandbox_->sender().summary().by_state[4], 1U);
}

TEST_F(Sender, duplicates_are_one_event_under_other_nonces) {
    start(quick);
    const std::vector<std::int64_t> ids = submit({.duplicates = 3});
    ASSERT_EQ(ids.size(), 4U);
    for (const std::int64_t id : ids)
        ASSERT_TRUE(acknowledged(id));
    ASSERT_EQ(stand_in_->webhooks.size(), 4U);
    std::set<std::string> payloads;
    std::set<std::string> nonces;
    for (const net::Request& request : stand_in_->webhooks) {
        const wire::JsonDocument document = parsed(request.body);
        payloads.insert(text_at(document, "Payload"));
        nonces.insert(text_at(document, "Nonce"));
    }
    EXPECT_EQ(payloads.size(), 1U);
    EXPECT_EQ(nonces.size(), 4U);
    EXPECT_EQ(webhook(ids[3]).duplicate_of, ids[0]);
}

TEST_F(Sender, an_acknowledged_webhook_can_be_sent_again) {
    start(quick);
    const std::int64_t id = submit().front();
    ASSERT_TRUE(acknowledged(id));
    const Result<std::int64_t> copy = sandbox_->sender().send_again(id);
    ASSERT_TRUE(copy);
    EXPECT_TRUE(acknowledged(*copy));
    EXPECT_EQ(webhook(*copy).duplicate_of, id);
    EXPECT_FALSE(sandbox_->sender().send_again(999));
}

TEST_F(Sender, held_webhooks_leave_together_in_the_order_of_the_seed) {
    start(quick);
    sandbox_->sender().hold();
    for (int i = 0; i < 30; ++i)
        submit();
    EXPECT_EQ(sandbox_->sender().summary().by_state[0], 30U);
    EXPECT_TRUE(stand_in_->webhooks.empty());
    const Result<std::size_t> count =
        sandbox_->sender().release({.shuffle = true, .duplicates = 1, .seed = 7});
    ASSERT_TRUE(count);
    EXPECT_EQ(*count, 60U);
    ASSERT_TRUE(until([&] { return sandbox_->sender().summary().by_state[3] == 60; }));
    std::vector<std::string> ids;
    for (const net::Request& request : stand_in_->webhooks)
        ids.push_back(std::string(
            *parsed(request.body).root().member("Payload")->member("TransactionId")->string()));
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 30U);
    std::vector<std::string> created;
    for (std::int64_t id = 1; id <= 30; ++id)
        created.push_back(webhook(id).label);
    EXPECT_NE(std::vector<std::string>(ids.begin(), ids.begin() + 30), created);
    EXPECT_FALSE(sandbox_->sender().holding());
}

TEST_F(Sender, tampered_webhooks_do_not_verify) {
    start(quick);
    for (const Tamper tamper : {Tamper::unsigned_, Tamper::signature, Tamper::body}) {
        const std::size_t before = stand_in_->forged;
        const std::int64_t id = submit({.tamper = tamper, .attempts_max = 1}).front();
        ASSERT_TRUE(until([&] { return webhook(id).state == WebhookState::given_up; }));
        EXPECT_EQ(stand_in_->forged, before + 1);
        EXPECT_EQ(webhook(id).history[0].status, 401);
    }
    EXPECT_TRUE(stand_in_->webhooks.empty());
}

TEST_F(Sender, the_same_seed_gives_the_same_payloads) {
    start(quick, 42);
    const std::int64_t id = submit().front();
    const std::string label = webhook(id).label;
    SeededRng rng(42);
    Accounts accounts(clock_, rng); // takes its id first, as the sandbox does
    SettledPayment payment;
    payment.amount = *parse_money("1", *Currency::parse("GBP"));
    const Payload again = transaction_settled(payment, clock_.now(), rng);
    EXPECT_EQ(again.label, label);
}

} // namespace
} // namespace settled::sandbox
