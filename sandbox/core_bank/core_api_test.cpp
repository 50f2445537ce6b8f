#include "sandbox/rig_test.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace settled::sandbox {
namespace {

using namespace std::chrono_literals;

Task<> send(net::Client& client, net::OutboundRequest request,
            std::optional<Result<net::Reply>>& reply) {
    reply = co_await client.send(std::move(request));
}

class CoreBankTest : public Rig {
  protected:
    void SetUp() override {
        start({.answer_within = 10s, .retry_every = 20ms, .retry_for = 60s});
        key_ = file_text(sandbox_->key_files().core_bank_key);
    }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(sandbox_->ports().core_bank) + "/api" + path;
    }
    net::Fields fields(const std::string& id = {}) {
        net::Fields all;
        all.add("Accept", "application/vnd.mambu.v2+json");
        all.add("apikey", key_);
        all.add("Content-Type", "application/json");
        if (!id.empty())
            all.add("Idempotency-Key", id);
        return all;
    }
    net::Reply get(const std::string& path) { return call("GET", url(path), "", fields()); }
    net::Reply post(const std::string& path, const std::string& body, const std::string& id = {}) {
        return call("POST", url(path), body, fields(id));
    }
    net::Reply patch(const std::string& path, const std::string& body) {
        return call("PATCH", url(path), body, fields());
    }
    net::OutboundRequest request(const std::string& path, const std::string& body,
                                 const std::string& id) {
        net::OutboundRequest request;
        request.url = *net::Url::parse(url(path));
        request.fields = fields(id);
        request.body = body;
        return request;
    }

    void open_loan(const std::string& members = R"("id":"LN-1","amount":"1000.00")") {
        control("POST", "/core/loans", "{" + members + R"(,"notify":false})");
    }
    // The key of the booking.
    std::string disburse(const std::string& amount = "1000.00") {
        const auto booked = control("POST", "/core/loans/LN-1/disbursements",
                                    R"({"amount":")" + amount + R"(","notify":false})");
        return text_at(parsed(booked), "encoded_key");
    }
    static std::string repayment(const std::string& amount, const std::string& external_id,
                                 const std::string& more = {}) {
        return R"({"amount":)" + amount + R"(,"externalId":")" + external_id +
               R"(","transactionDetails":{"transactionChannelId":"CB_Loan_Repayment_FPS"})" + more +
               "}";
    }
    static std::string reason_of(const net::Reply& reply) {
        const auto document = parsed(reply.body);
        const auto errors = document.root().member("errors");
        const auto reason =
            errors && errors->size() == 1 ? errors->at(0).member("errorReason") : std::nullopt;
        return std::string(reason ? reason->string().value_or("") : "");
    }
    std::size_t booked() { return sandbox_->core_books().journal().size(); }
    static constexpr const char* repay_path = "/loans/LN-1/repayment-transactions";

    std::string key_;
};

TEST_F(CoreBankTest, lets_in_by_key_and_by_password_and_speaks_version_2) {
    EXPECT_EQ(get("/setup/organization").status, 200);
    net::Fields wrong = fields();
    wrong = {};
    wrong.add("Accept", "application/vnd.mambu.v2+json");
    wrong.add("apikey", "other");
    EXPECT_EQ(call("GET", url("/setup/organization"), "", wrong).status, 401);
    net::Fields old;
    old.add("Accept", "application/json");
    old.add("apikey", key_);
    EXPECT_EQ(call("GET", url("/setup/organization"), "", old).status, 400);
    EXPECT_EQ(get("/nothing").status, 404);
}

TEST_F(CoreBankTest, shows_custom_fields_in_full_only_and_takes_them_by_patch) {
    open_loan();
    const std::string path = "/loans/LN-1";
    EXPECT_EQ(
        patch(path, R"([{"op":"add","path":"/_ClearBank_Loan/ibanLoan","value":"GB1"}])").status,
        204);
    EXPECT_FALSE(get(path).body.contains("ibanLoan"));
    EXPECT_TRUE(
        get(path + "?detailsLevel=FULL").body.contains(R"("_ClearBank_Loan":{"ibanLoan":"GB1"})"));
    for (const char* bad :
         {R"([{"op":"add","path":"/_ClearBank_Loan/ibanLoan","value":""}])",
          R"([{"op":"add","path":"/_ClearBank_Loan/other","value":"x"}])",
          R"([{"op":"remove","path":"/_ClearBank_Loan/virtualAccountId"}])",
          R"([{"op":"add","path":"/accountState","value":"CLOSED"}])", "[]", "{}"})
        EXPECT_EQ(patch(path, bad).status, 400) << bad;
    open_loan(R"("id":"LN-2")");
    EXPECT_EQ(
        patch("/loans/LN-2", R"([{"op":"add","path":"/_ClearBank_Loan/ibanLoan","value":"GB1"}])")
            .status,
        400);
    const auto found = post("/loans:search?detailsLevel=FULL",
                            R"({"filterCriteria":[{"field":"_ClearBank_Loan.ibanLoan",)"
                            R"("operator":"EQUALS_CASE_SENSITIVE","value":"GB1"}]})");
    EXPECT_EQ(parsed(found.body).root().size(), 1U);
    EXPECT_EQ(patch(path, R"([{"op":"remove","path":"/_ClearBank_Loan/ibanLoan"}])").status, 204);
}

TEST_F(CoreBankTest, a_key_is_answered_with_the_first_answer) {
    open_loan();
    disburse();
    const auto first = post(repay_path, repayment("10.00", "tx-1-CR"), "key-1");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(post(repay_path, repayment("10.00", "tx-1-CR"), "key-1").body, first.body);
    EXPECT_EQ(booked(), 2U);
    // A refusal is not kept.
    EXPECT_EQ(post(repay_path, repayment("5000.00", "tx-2-CR"), "key-2").status, 400);
    EXPECT_EQ(post(repay_path, repayment("5.00", "tx-2-CR"), "key-2").status, 201);
    control("PUT", "/core/processing", R"({"forget_keys":true})");
    const auto again = post(repay_path, repayment("10.00", "tx-1-CR"), "key-1");
    EXPECT_EQ(again.status, 400);
    EXPECT_TRUE(again.body.contains("externalId"));
    EXPECT_EQ(booked(), 3U);
}

TEST_F(CoreBankTest, a_key_in_process_is_answered_102_and_nothing_follows) {
    open_loan();
    disburse();
    control("PUT", "/core/processing", R"({"processing_ms":600000})");
    std::optional<Result<net::Reply>> first;
    boost::asio::co_spawn(
        io_, send(*client_, request(repay_path, repayment("10.00", "tx-1-CR"), "key-1"), first),
        boost::asio::detached);
    const auto second = [&] {
        return try_call(request(repay_path, repayment("10.00", "tx-1-CR"), "key-1"));
    };
    EXPECT_TRUE(until([&] { return sandbox_->core_api().calls().received() >= 1; }));
    const auto reply = second();
    EXPECT_FALSE(reply) << reply->status << reply->body;
    EXPECT_TRUE(reply || reply.error().code == Code::peer_closed);
    control("DELETE", "/core/api-faults"); // lets what is kept back go on
    EXPECT_TRUE(until([&] { return first.has_value(); }));
    ASSERT_TRUE(first->has_value());
    EXPECT_EQ((*first)->status, 201);
    EXPECT_EQ(booked(), 2U);
}

TEST_F(CoreBankTest, refuses_what_a_loan_does_not_take) {
    open_loan();
    EXPECT_EQ(reason_of(post(repay_path, repayment("10.00", "a"))),
              "INVALID_ACCOUNT_STATE_FOR_REPAYMENTS");
    disburse("400.00");
    EXPECT_EQ(reason_of(post(repay_path, repayment("400.01", "b"))), "EXCESS_REPAYMENT_ERROR");
    EXPECT_EQ(reason_of(post(repay_path, repayment("1.00", "c",
                                                   R"(,"valueDate":"2999-01-01T00:00:00+00:00")"))),
              "INVALID_REPAYMENT_DATE_ERROR");
    EXPECT_EQ(reason_of(post(repay_path, repayment("1.00", "d",
                                                   R"(,"valueDate":"2020-01-01T00:00:00+00:00")"))),
              "INVALID_REPAYMENT_DATE_ERROR");
    EXPECT_EQ(
        post(repay_path, repayment("1.00", "e", R"(,"valueDate":"2020-01-01T00:00:00Z")")).status,
        400);
    EXPECT_EQ(
        post(repay_path, repayment("1.00", "f", R"(,"_ClearBank_Transaction":{"no":"x"})")).status,
        400);
    control("PUT", "/core/loans/LN-1", R"({"sub_state":"LOCKED"})");
    EXPECT_EQ(reason_of(post(repay_path, repayment("1.00", "g"))), "INVALID_ACCOUNT_STATE");
    control("PUT", "/core/loans/LN-1", R"({"sub_state":"","state":"CLOSED"})");
    EXPECT_EQ(reason_of(post(repay_path, repayment("1.00", "h"))), "INVALID_ACCOUNT_STATE");
    EXPECT_EQ(post("/loans/LN-9/repayment-transactions", repayment("1.00", "i")).status, 404);
    EXPECT_EQ(booked(), 1U);
}

TEST_F(CoreBankTest, a_repaid_loan_closes) {
    open_loan();
    disburse();
    EXPECT_EQ(post(repay_path, repayment("1000.00", "a")).status, 201);
    EXPECT_TRUE(get("/loans/LN-1").body.contains(R"("accountState":"CLOSED")"));
}

TEST_F(CoreBankTest, adjusts_once_while_the_account_is_open_and_the_newest_first) {
    open_loan();
    const std::string paid = disburse("400.00");
    const std::string adjust = "/loans/transactions/" + paid + ":adjust";
    const auto repaid = post(repay_path, repayment("100.00", "a"));
    const std::string repayment_key = text_at(parsed(repaid.body), "encodedKey");
    EXPECT_EQ(post(adjust, R"({"notes":"x"})").status, 400); // a later one stands
    const auto undone =
        post("/loans/transactions/" + repayment_key + ":adjust", R"({"notes":"x"})");
    EXPECT_EQ(undone.status, 200);
    EXPECT_TRUE(undone.body.contains(R"("type":"REPAYMENT_ADJUSTMENT")"));
    EXPECT_EQ(post(adjust, "{}").status, 400); // without notes
    EXPECT_EQ(post(adjust, R"({"notes":"x"})").status, 200);
    EXPECT_EQ(post(adjust, R"({"notes":"x"})").status, 400); // again
    EXPECT_TRUE(get("/loans/transactions/" + paid).body.contains("adjustmentTransactionKey"));
    EXPECT_TRUE(get("/loans/LN-1").body.contains(R"("accountState":"APPROVED")"));
    disburse("400.00");
    const std::string last(sandbox_->core_books().journal().back().key);
    control("PUT", "/core/loans/LN-1", R"({"state":"CLOSED"})");
    EXPECT_EQ(reason_of(post("/loans/transactions/" + last + ":adjust", R"({"notes":"x"})")),
              "INVALID_ACCOUNT_STATE");
}

TEST_F(CoreBankTest, bookings_are_found_by_external_id_and_by_channel_and_day) {
    open_loan();
    disburse("400.00");
    post(repay_path, repayment("100.00", "tx-1-CR"));
    const auto search = [&](const std::string& criteria) {
        return parsed(post("/loans/transactions:search?detailsLevel=FULL",
                           R"({"filterCriteria":[)" + criteria + "]}")
                          .body)
            .root()
            .size();
    };
    const std::string by_id =
        R"({"field":"externalId","operator":"EQUALS_CASE_SENSITIVE","value":"tx-1-CR"})";
    EXPECT_EQ(search(by_id), 1U);
    const std::string of_channel =
        R"({"field":"transactionDetails.transactionChannelId","operator":"EQUALS","value":"MBU_Loan_Disbursement_FPS"})";
    EXPECT_EQ(search(of_channel), 1U);
    EXPECT_EQ(
        search(of_channel + R"(,{"field":"creationDate","operator":"AFTER","value":"2020-01-01"})"),
        1U);
    EXPECT_EQ(
        search(of_channel + R"(,{"field":"creationDate","operator":"AFTER","value":"2999-01-01"})"),
        0U);
}

TEST_F(CoreBankTest, replies_are_lost_after_any_byte_and_the_booking_stands) {
    open_loan();
    disburse();
    for (const int cut : {0, 1, 20, 200}) {
        control("POST", "/core/api-faults",
                R"({"method":"POST","path":"/api/loans","processed":true,"cut_after":)" +
                    std::to_string(cut) + "}");
        const std::string id = "cut-" + std::to_string(cut);
        EXPECT_FALSE(try_call(request(repay_path, repayment("1.00", id), id))) << cut;
        EXPECT_EQ(post(repay_path, repayment("1.00", id), id).status, 201) << cut;
    }
    EXPECT_EQ(booked(), 5U);
    const auto summary = parsed(control("GET", "/core/ledger/summary"));
    EXPECT_EQ(*summary.root().member("duplicates")->integer(), 0);
    EXPECT_EQ(*summary.root().member("replays")->integer(), 4);
}

TEST_F(CoreBankTest, a_webhook_is_sent_until_a_2xx_doubled_and_shuffled) {
    const std::string to = "http://127.0.0.1:" + std::to_string(server_->port()) + "/core";
    control("PUT", "/targets", R"({"core_bank_webhook_url":")" + to + R"("})");
    control("PUT", "/core/webhooks", R"({"hold":true,"duplicates":1})");
    control("POST", "/core/loans", R"({"id":"LN-1"})");
    control("POST", "/core/loans/LN-1/disbursements", R"({"amount":"1.00"})");
    control("PUT", "/core/webhooks", R"({"seed":7})");
    EXPECT_TRUE(until([&] { return stand_in_->core_webhooks.size() == 4; }));
    for (const net::Request& request : stand_in_->core_webhooks)
        EXPECT_EQ(request.fields.find("X-Webhook-Secret"),
                  file_text(sandbox_->key_files().core_bank_webhook));
    const auto listed = parsed(control("GET", "/core/webhooks"));
    EXPECT_EQ(listed.root().member("webhooks")->size(), 4U);
    EXPECT_TRUE(until([&] {
        const auto all = sandbox_->core_webhooks().all();
        return std::ranges::all_of(all, [](const auto& webhook) { return webhook->done; });
    }));
}

TEST_F(CoreBankTest, a_channel_that_is_not_configured_is_not_shown) {
    EXPECT_TRUE(get("/organization/transactionChannels").body.contains("CB_Loan_Repayment_FPS"));
    control(
        "PUT", "/core/setup",
        R"({"without_channels":["CB_Loan_Repayment_FPS"],"without_fields":["_ClearBank_Loan.ibanLoan"]})");
    EXPECT_FALSE(get("/organization/transactionChannels").body.contains("CB_Loan_Repayment_FPS"));
    const auto sets = get("/customfieldsets?availableFor=LOAN_ACCOUNT").body;
    EXPECT_TRUE(sets.contains("virtualAccountId"));
    EXPECT_FALSE(sets.contains("ibanLoan"));
    EXPECT_EQ(get("/clients/none").status, 404);
}

} // namespace
} // namespace settled::sandbox
