#include "sandbox/bank/api/institution_test.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace settled::sandbox {
namespace {

using namespace std::chrono_literals;

Task<> send(net::Client& client, net::OutboundRequest request,
            std::optional<Result<net::Reply>>& reply) {
    reply = co_await client.send(std::move(request));
}

class ApiFaultsTest : public Institution {
  protected:
    void fault(const std::string& json) { control("POST", "/bank/api-faults", json); }
    Result<net::Reply> try_pay(const std::string& id, const std::string& request_id,
                               std::chrono::milliseconds deadline = 10s) {
        net::OutboundRequest request;
        request.url = *net::Url::parse(bank_url() + "/v3/payments/fps");
        request.body = fps_body(sandbox_->accounts().real_account_iban(), {{.end_to_end_id = id}});
        request.fields = fields(request.body, request_id);
        request.deadline = deadline;
        return try_call(std::move(request));
    }
    std::size_t booked() { return sandbox_->ledger().all().size(); }
};

TEST_F(ApiFaultsTest, come_as_ordered_and_then_end) {
    fault(R"({"status":429,"count":2,"retry_after":3})");
    for (int i = 0; i < 2; ++i) {
        const net::Reply reply = get("/v1/Test");
        EXPECT_EQ(reply.status, 429);
        EXPECT_EQ(reply.fields.find("Retry-After"), "3");
    }
    EXPECT_EQ(get("/v1/Test").status, 200);
}

TEST_F(ApiFaultsTest, the_rate_limit_has_both_published_forms) {
    fault(R"({"status":429,"retry_after":3,"retry_after_in":"text"})");
    const net::Reply reply = get("/v1/Test");
    EXPECT_FALSE(reply.fields.find("Retry-After"));
    EXPECT_EQ(reply.body, R"({"statusCode":429,"message":"Rate limit is exceeded. )"
                          R"(Try again in 3 seconds."})");
    fault(R"({"status":503,"retry_after":7})");
    EXPECT_EQ(get("/v1/Test").fields.find("Retry-After"), "7");
}

TEST_F(ApiFaultsTest, fit_by_method_and_path_after_others_and_each_nth) {
    fault(R"({"method":"GET","path":"/V1/test","skip":1,"every":2,"count":2,"status":500})");
    std::vector<int> statuses;
    for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(get("/v3/Accounts").status, 200);
        statuses.push_back(get("/v1/Test").status);
    }
    EXPECT_EQ(statuses, (std::vector<int>{200, 200, 500, 200, 500, 200, 200}));
}

TEST_F(ApiFaultsTest, a_call_is_processed_or_not_and_the_caller_cannot_see_which) {
    for (const bool processed : {false, true}) {
        const std::string id = processed ? "done" : "not done";
        fault(R"({"status":500,"processed":)" + std::string(processed ? "true" : "false") + "}");
        const std::size_t before = booked();
        const Result<net::Reply> reply = try_pay(id, "r-" + id.substr(0, 3));
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->status, 500);
        EXPECT_EQ(booked() - before, processed ? 1U : 0U);
        // The same bytes under the same id: taken before, or taken now.
        EXPECT_EQ(try_pay(id, "r-" + id.substr(0, 3))->status, processed ? 409 : 202);
        EXPECT_EQ(booked() - before, 1U);
    }
}

TEST_F(ApiFaultsTest, a_reply_is_lost_at_any_byte_and_the_payment_is_booked_once) {
    const Result<net::Reply> whole = try_pay("whole", "id-0000");
    ASSERT_TRUE(whole);
    std::size_t bytes = 0;
    std::size_t lost = 0;
    for (bool arrived = false; !arrived && bytes < 2000; bytes += 37) {
        const std::string id = "cut-" + std::to_string(1000 + bytes);
        fault(R"({"method":"POST","processed":true,"cut_after":)" + std::to_string(bytes) + "}");
        const Result<net::Reply> reply = try_pay(id, "i" + id);
        arrived = reply.has_value();
        lost += arrived ? 0 : 1;
        EXPECT_EQ(try_pay(id, "i" + id)->status, 409);
        EXPECT_NE(sandbox_->ledger().payment_out(id), nullptr);
    }
    EXPECT_GT(lost, 5U);
    EXPECT_EQ(booked(), 2 + lost);
    EXPECT_EQ(sandbox_->ledger().summary().duplicates, 0U);
}

TEST_F(ApiFaultsTest, a_reply_is_reset_or_never_comes) {
    fault(R"({"processed":true,"reset":true})");
    EXPECT_FALSE(try_pay("a", "ra"));
    fault(R"({"processed":true,"hang":true})");
    const Result<net::Reply> late = try_pay("b", "rb", 100ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::peer_timeout);
    EXPECT_EQ(booked(), 2U);
    const wire::JsonDocument calls = control_json("/bank/calls?path=/v3/payments");
    const wire::Json list = *calls.root().member("calls");
    ASSERT_EQ(list.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(list.at(i).member("status")->integer(), 202);
        EXPECT_EQ(list.at(i).member("reply_cut")->boolean(), true);
    }
    EXPECT_EQ(list.at(1).member("request_id")->string(), "rb");
    EXPECT_EQ(list.at(1).member("body_sha256")->string()->size(), 64U);
}

TEST_F(ApiFaultsTest, replies_that_are_kept_back_go_out_when_faults_end) {
    fault(R"({"processed":true,"delay_ms":3600000})");
    std::optional<Result<net::Reply>> reply;
    net::OutboundRequest request;
    request.method = "GET";
    request.url = *net::Url::parse(bank_url() + "/v1/Test");
    request.fields = fields("");
    boost::asio::co_spawn(io_, send(*client_, std::move(request), reply), boost::asio::detached);
    ASSERT_TRUE(until([&] { return sandbox_->bank_api().calls().received() == 1; }));
    control("DELETE", "/bank/api-faults");
    ASSERT_TRUE(until([&] { return reply.has_value(); }));
    ASSERT_TRUE(*reply);
    EXPECT_EQ((*reply)->status, 200);
}

TEST_F(ApiFaultsTest, any_status_and_body_can_be_ordered) {
    fault(R"({"status":200,"body":"<html>","content_type":"text/html"})");
    const net::Reply reply = get("/v1/Test");
    EXPECT_EQ(reply.body, "<html>");
    EXPECT_EQ(reply.fields.find("Content-Type"), "text/html");
    control("POST", "/bank/api-faults", R"({"statuss":500})", 422);
}

} // namespace
} // namespace settled::sandbox
