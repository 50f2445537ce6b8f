#include "sandbox/rig_test.h"

#include "crypto/webhook_signature.h"
#include "wire/base64.h"

namespace settled::sandbox {
namespace {

using namespace std::chrono_literals;

class ControlTest : public Rig {
  protected:
    void SetUp() override { start({.answer_within = 10s, .retry_every = 20ms, .retry_for = 60s}); }

    std::string partner_url() const {
        return "http://127.0.0.1:" + std::to_string(sandbox_->ports().partner);
    }
    net::Fields signed_fields(const Secret& key, const std::string& id, const std::string& body) {
        const std::int64_t now = clock_.now().us / 1'000'000;
        net::Fields fields;
        fields.add("webhook-id", id);
        fields.add("webhook-timestamp", std::to_string(now));
        fields.add("webhook-signature", crypto::webhook_signature(key, id, now, body));
        return fields;
    }
};

TEST_F(ControlTest, a_payment_settles_as_ordered) {
    const wire::JsonDocument submitted = parsed(control(
        "POST", "/bank/payments",
        R"({"account":"GB57CLRB04040100057354","amount":"12.30","reference":"Invoice 2041 of Monday",)"
        R"("end_to_end_id":"E2E-1","payer":{"name":"A Payer","iban":"GB58CLRB04040009547509"},)"
        R"("mutations":{"cut":7,"upper":true},"duplicates":1})"));
    EXPECT_EQ(submitted.root().member("webhooks")->size(), 2U);
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 2; }));
    const wire::JsonDocument webhook = parsed(stand_in_->webhooks[0].body);
    const wire::Json payload = *webhook.root().member("Payload");
    EXPECT_EQ(payload.member("Amount")->number(), "12.30");
    EXPECT_EQ(payload.member("Reference")->string(), "INVOICE");
    EXPECT_EQ(payload.member("TransactionId")->string(), text_at(submitted, "label"));
    EXPECT_EQ(payload.member("Account")->member("IBAN")->string(), test_account);
    EXPECT_EQ(payload.member("CounterpartAccount")->member("OwnerName")->string(), "A Payer");
}

TEST_F(ControlTest, an_unknown_request_is_refused) {
    struct Case {
        const char* path;
        const char* body;
        int status;
    };
    const Case cases[] = {
        {"/bank/payments", "{", 400},
        {"/bank/payments", "[]", 422},
        {"/bank/payments", R"({"amount":"1"})", 422},
        {"/bank/payments", R"({"account":"x","amount":1})", 422},
        {"/bank/payments", R"({"account":"x","amount":"0"})", 422},
        {"/bank/payments", R"({"account":"x","amount":"1","refrence":"typo"})", 422},
        {"/bank/payments/batch", R"({"account":"x","amount":"1","count":0})", 422},
        {"/bank/webhooks/999/again", "", 404},
        {"/nothing", "", 404},
        {"/provider/payments", R"({"amount":"1"})", 422},
    };
    for (const Case& c : cases)
        control("POST", c.path, c.body, c.status);
    EXPECT_EQ(sandbox_->sender().summary().created, 0U);
}

TEST_F(ControlTest, the_series_of_provider_and_bank_agree) {
    control("POST", "/provider/payments/batch",
            R"({"count":20,"id":"pay-","amount":"10.00","amount_spread":7,"reference":"INV-",)"
            R"("end_to_end_id":"E2E-","payee":{"iban":"GB57CLRB04040100057354"}})");
    ASSERT_EQ(stand_in_->payments.size(), 20U);
    EXPECT_EQ(stand_in_->payments[0].fields.find("Authorization"), "Bearer sk_test");
    control("POST", "/bank/payments/batch",
            R"({"count":20,"account":"GB57CLRB04040100057354","amount":"10.00","amount_spread":7,)"
            R"("reference":"INV-","end_to_end_id":"E2E-"})");
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 20; }));
    std::map<std::string, std::string> expected; // end-to-end id → amount
    for (const net::Request& request : stand_in_->payments) {
        const wire::JsonDocument payment = parsed(request.body);
        expected[text_at(payment, "end_to_end_id")] =
            std::string(*payment.root().member("amount")->member("value")->string());
    }
    EXPECT_EQ(expected.size(), 20U);
    for (const net::Request& request : stand_in_->webhooks) {
        const wire::JsonDocument webhook = parsed(request.body);
        const wire::Json payload = *webhook.root().member("Payload");
        EXPECT_EQ(payload.member("Amount")->number(),
                  expected[std::string(*payload.member("EndToEndTransactionId")->string())]);
    }
}

TEST_F(ControlTest, a_payment_is_registered_in_either_form) {
    control(
        "POST", "/provider/payments",
        R"({"amount":"1.50","reference":"Bill","payee":{"name":"Jane","iban":"GB57CLRB04040100057354"},"format":"yapily"})");
    ASSERT_EQ(stand_in_->payments.size(), 1U);
    const net::Request& request = stand_in_->payments[0];
    EXPECT_EQ(request.fields.find("Content-Type"), "application/vnd.yapily.payment+json");
    const wire::JsonDocument payment = parsed(request.body);
    const wire::Json data = *payment.root().member("data");
    EXPECT_EQ(request.fields.find("Idempotency-Key"), data.member("id")->string());
    EXPECT_EQ(data.member("amount")->number(), "1.50");
    EXPECT_LE(data.member("paymentIdempotencyId")->string()->size(), 35U);
    EXPECT_EQ(data.member("payeeDetails")->member("accountIdentifications")->size(), 2U);
}

TEST_F(ControlTest, webhooks_are_listed_page_by_page_and_summed_up) {
    control("POST", "/bank/payments/batch",
            R"({"count":5,"account":"GB57CLRB04040100057354","amount":"1"})");
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 5; }));
    ASSERT_TRUE(until([&] { return sandbox_->sender().summary().by_state[3] == 5; }));
    const wire::JsonDocument page = parsed(control("GET", "/bank/webhooks?limit=2&after=2"));
    ASSERT_EQ(page.root().member("webhooks")->size(), 2U);
    EXPECT_EQ(page.root().member("webhooks")->at(0).member("id")->integer(), 3);
    EXPECT_EQ(page.root().member("next")->integer(), 4);
    EXPECT_EQ(parsed(control("GET", "/bank/webhooks?state=held")).root().member("webhooks")->size(),
              0U);
    control("GET", "/bank/webhooks?state=odd", "", 400);
    const wire::JsonDocument summary = parsed(control("GET", "/bank/summary"));
    EXPECT_EQ(summary.root().member("states")->member("acknowledged")->integer(), 5);
    EXPECT_EQ(summary.root().member("verdicts")->member("acknowledged")->integer(), 5);
}

TEST_F(ControlTest, any_webhook_can_be_sent_raw) {
    control("POST", "/bank/webhooks", R"({"type":"Odd","version":3,"payload":{"a":[1.50]}})");
    ASSERT_TRUE(until([&] { return stand_in_->webhooks.size() == 1; }));
    EXPECT_EQ(text_at(parsed(stand_in_->webhooks[0].body), "Payload"), R"({"a":[1.50]})");
}

TEST_F(ControlTest, the_partner_records_and_verifies) {
    Secret text = crypto::generate_webhook_secret(rng_);
    const Secret key = *crypto::parse_webhook_secret(text.reveal());
    control("PUT", "/partner/credentials",
            R"({"path":"/hooks","secret":")" + std::string(text.reveal()) + R"("})");
    const std::string body = R"({"type":"test.ping"})";
    const std::string url = partner_url() + "/hooks";
    EXPECT_EQ(call("POST", url, body, signed_fields(key, "evt_1", body)).status, 200);
    EXPECT_EQ(call("POST", url, body, signed_fields(key, "evt_1", body)).status, 200);
    EXPECT_EQ(call("POST", url, body, signed_fields(key, "evt_2", "else")).status, 401);
    EXPECT_EQ(call("POST", partner_url() + "/open", body).status, 200);

    const wire::JsonDocument list = parsed(control("GET", "/partner/records"));
    const wire::Json records = *list.root().member("records");
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records.at(0).member("authenticity")->string(), "verified");
    EXPECT_EQ(records.at(1).member("times_seen")->integer(), 2);
    EXPECT_EQ(records.at(2).member("authenticity")->string(), "failed");
    EXPECT_EQ(records.at(3).member("authenticity")->string(), "unchecked");
    EXPECT_EQ(records.at(0).member("body")->string(), body);
    const wire::JsonDocument summary = parsed(control("GET", "/partner/summary"));
    EXPECT_EQ(summary.root().member("received")->integer(), 4);
    EXPECT_EQ(summary.root().member("accepted")->integer(), 3);
    control("DELETE", "/partner/records");
    EXPECT_EQ(parsed(control("GET", "/partner/records")).root().member("records")->size(), 0U);
}

TEST_F(ControlTest, the_partner_checks_basic_authentication) {
    control("PUT", "/partner/credentials", R"({"user":"u","password":"p"})");
    net::Fields right;
    right.add("Authorization", "Basic " + wire::to_base64(as_bytes("u:p")));
    EXPECT_EQ(call("POST", partner_url() + "/", "{}", right).status, 200);
    EXPECT_EQ(call("POST", partner_url() + "/", "{}").status, 401);
}

TEST_F(ControlTest, the_partner_has_every_bad_manner) {
    const std::string url = partner_url() + "/hooks";
    control("PUT", "/partner/mode",
            R"({"mode":"status","status":503,"retry_after":"7","count":1})");
    const net::Reply busy = call("POST", url, "{}");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.fields.find("Retry-After"), "7");
    EXPECT_EQ(call("POST", url, "{}").status, 200); // the count is used up

    control("PUT", "/partner/mode", R"({"mode":"redirect","path":"/hooks"})");
    const net::Reply moved = call("POST", url, "{}");
    EXPECT_EQ(moved.status, 307);
    EXPECT_TRUE(moved.fields.find("Location"));
    EXPECT_EQ(call("POST", partner_url() + "/other", "{}").status, 200);

    control("PUT", "/partner/mode", R"({"mode":"huge","path":"/hooks"})");
    EXPECT_TRUE(call("POST", url, "{}").body_cut);
    control("PUT", "/partner/mode", R"({"mode":"garbage","path":"/hooks"})");
    EXPECT_NE(call("POST", url, "{}").body.find('\0'), std::string::npos);

    control("PUT", "/partner/mode", R"({"mode":"slow","path":"/hooks","delay_ms":20000})");
    net::OutboundRequest impatient;
    impatient.url = *net::Url::parse(url);
    impatient.deadline = 100ms;
    const Result<net::Reply> late = try_call(std::move(impatient));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::peer_timeout);
}

TEST_F(ControlTest, a_partner_that_is_down_refuses_and_comes_back_on_its_port) {
    const std::string url = partner_url() + "/hooks";
    control("PUT", "/partner/mode", R"({"mode":"down"})");
    net::OutboundRequest request;
    request.url = *net::Url::parse(url);
    const Result<net::Reply> refused = try_call(std::move(request));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::connect_failed);
    control("PUT", "/partner/mode", R"({"mode":"ok"})");
    EXPECT_EQ(call("POST", url, "{}").status, 200);
}

TEST_F(ControlTest, the_partner_is_reached_by_https_under_its_own_authority) {
    const std::string url =
        "https://localhost:" + std::to_string(sandbox_->ports().partner_tls) + "/hooks";
    net::OutboundRequest untrusting;
    untrusting.url = *net::Url::parse(url);
    const Result<net::Reply> refused = try_call(std::move(untrusting));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::tls_failed);

    net::Client::Options options;
    options.egress.allow = {"127.0.0.0/8", "::1/128"};
    options.extra_trusted_certificates = sandbox_->key_files().partner_authority;
    client_->close();
    client_ = *net::Client::make(io_, options);
    EXPECT_EQ(call("POST", url, "{}").status, 200);
}

TEST_F(ControlTest, the_state_names_ports_and_files_but_no_secret) {
    const std::string state = control("GET", "/state");
    EXPECT_NE(state.find("partner-authority.pem"), std::string::npos);
    EXPECT_EQ(state.find(file_text(sandbox_->key_files().api_token)), std::string::npos);
}

} // namespace
} // namespace settled::sandbox
