#include "worker/token_keeper.h"

#include "store/testing.h"
#include "worker/bounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <vector>

namespace settled::worker {
namespace {

namespace asio = boost::asio;

// A token endpoint that answers a moment later, each time with another token.
class TokenEndpoint final : public net::Client {
  public:
    explicit TokenEndpoint(asio::io_context& io) : io_(io) {}

    Task<Result<net::Reply>> send(net::OutboundRequest request) override {
        requests.push_back(std::move(request));
        const std::size_t number = requests.size();
        asio::steady_timer moment(io_, std::chrono::milliseconds(1));
        co_await moment.async_wait(asio::use_awaitable);
        if (trouble)
            co_return std::unexpected(*trouble);
        net::Reply reply;
        reply.status = status;
        reply.body = fmt::format(R"({{"access_token":"token-{}","expires_in":{}}})", number, lives);
        co_return reply;
    }
    void close() override {}

    std::vector<net::OutboundRequest> requests;
    int status = 200;
    int lives = 100;
    std::optional<Error> trouble;

  private:
    asio::io_context& io_;
};

class TokenKeeperTest : public ::testing::Test {
  protected:
    static TokenSourcePtr source(std::string_view secret = "a secret") {
        auto made = std::make_shared<connectors::TokenSource>();
        made->token_url = "https://sso.example/token";
        made->client_id = "us";
        made->client_secret = Secret(std::string(secret));
        return made;
    }
    // What so many get who ask at the same time.
    std::vector<Result<TokenPtr>> ask(std::size_t count = 1, std::int64_t owner = 1,
                                      const TokenSourcePtr& from = source()) {
        std::vector<Result<TokenPtr>> got;
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(io_, ask_one(keeper_, owner, from, &got), asio::detached);
        io_.run();
        io_.restart();
        EXPECT_EQ(got.size(), count);
        return got;
    }
    static Task<> ask_one(TokenKeeper& keeper, std::int64_t owner, TokenSourcePtr from,
                          std::vector<Result<TokenPtr>>* got) {
        auto token = co_await keeper.token(owner, 7, std::move(from));
        got->push_back(std::move(token));
    }
    std::string token(std::int64_t owner = 1, const TokenSourcePtr& from = source()) {
        const auto got = ask(1, owner, from);
        return got.front() ? std::string((*got.front())->reveal()) : got.front().error().detail;
    }

    asio::io_context io_;
    store::testing::ManualClock clock_;
    TokenEndpoint endpoint_{io_};
    TokenKeeper keeper_{io_, clock_, endpoint_};
};

TEST_F(TokenKeeperTest, a_token_is_asked_for_once_however_many_wait_for_it) {
    for (const auto& got : ask(20))
        EXPECT_EQ((*got)->reveal(), "token-1");
    ASSERT_EQ(endpoint_.requests.size(), 1U);
    EXPECT_EQ(endpoint_.requests[0].url.host, "sso.example");
    EXPECT_EQ(endpoint_.requests[0].method, "POST");
    EXPECT_EQ(endpoint_.requests[0].fields.find("Authorization"), "Basic dXM6YSUyMHNlY3JldA==");
    EXPECT_EQ(endpoint_.requests[0].owner, 7);
    EXPECT_EQ(endpoint_.requests[0].deadline, bounds::token_wait_max);
}

TEST_F(TokenKeeperTest, a_token_is_used_for_nine_tenths_of_its_life) {
    EXPECT_EQ(token(), "token-1");
    clock_.advance(std::chrono::milliseconds(89'999));
    EXPECT_EQ(token(), "token-1");
    clock_.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(token(), "token-2");
    endpoint_.lives = 0;
    keeper_.drop(1, *ask().front());
    EXPECT_EQ(token(), "token-3") << "one that lives for no time serves who asked for it";
    EXPECT_EQ(token(), "token-4");
}

TEST_F(TokenKeeperTest, a_token_that_was_refused_is_replaced_once) {
    const TokenPtr old = *ask().front();
    keeper_.drop(1, old);
    EXPECT_EQ(token(), "token-2");
    keeper_.drop(1, old);
    EXPECT_EQ(token(), "token-2") << "a newer one stays";
}

TEST_F(TokenKeeperTest, each_owner_and_each_setting_has_a_token_of_its_own) {
    EXPECT_EQ(token(1), "token-1");
    EXPECT_EQ(token(2), "token-2");
    EXPECT_EQ(token(1), "token-1");
    EXPECT_EQ(token(1, source("another secret")), "token-3");
}

TEST_F(TokenKeeperTest, a_failure_is_of_all_who_wait_and_the_next_one_asks_again) {
    endpoint_.status = 503;
    for (const auto& got : ask(3)) {
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, Code::token_failed);
        EXPECT_EQ(got.error().detail, "the token endpoint answered 503");
    }
    EXPECT_EQ(endpoint_.requests.size(), 1U);
    endpoint_.trouble = Error{Code::address_forbidden, "10.0.0.1"};
    EXPECT_EQ(token(), "the token endpoint: address_forbidden");
    endpoint_.trouble.reset();
    endpoint_.status = 200;
    EXPECT_EQ(token(), "token-3");
}

} // namespace
} // namespace settled::worker
