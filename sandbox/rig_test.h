// The sandbox under test, on one io_context with a small stand-in for `settled` and a client.
#pragma once

#include "sandbox/sandbox.h"

#include "wire/json.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace settled::sandbox {

// How the stand-in answers a webhook.
enum class Reaction : std::uint8_t {
    right,
    server_error,
    wrong_nonce,
    wrong_signature,
    unsigned_answer,
    no_json,
    late,
};

// Verifies and answers webhooks as asked, and takes payments in.
class StandIn final : public SandboxHandler {
  public:
    StandIn(boost::asio::io_context& io, const KeyFiles& files);

    Task<net::Response> handle(net::Request request) override;

    std::deque<Reaction> plan; // for the next webhooks; then `right`
    std::chrono::milliseconds late_by{0};
    std::vector<net::Request> webhooks; // whose signature was right
    std::size_t forged = 0;             // whose signature was not
    std::vector<net::Request> payments;
    std::vector<net::Request> core_webhooks; // to /core

  private:
    net::Response answer(const net::Request& request, Reaction reaction);

    boost::asio::io_context& io_;
    std::shared_ptr<crypto::Signer> signer_;
    std::shared_ptr<const crypto::Verifier> bank_;
};

class Rig : public ::testing::Test {
  protected:
    Rig();
    ~Rig() override;

    // Starts the sandbox aimed at the stand-in.
    void start(SenderTiming timing, std::uint64_t seed = 1);
    // Runs everything until it holds; false after 10 s.
    bool until(const std::function<bool()>& holds);

    net::Reply call(std::string method, const std::string& url, std::string body = {},
                    net::Fields fields = {});
    Result<net::Reply> try_call(net::OutboundRequest request);
    std::string control(std::string method, const std::string& path, std::string body = {},
                        int status = 0);
    std::string control_url() const;
    std::string bank_url() const;

    bool acknowledged(std::int64_t id);
    const WebhookRecord& webhook(std::int64_t id);

    std::string directory_;
    boost::asio::io_context io_{1};
    SystemClock clock_;
    SystemRng rng_;
    std::unique_ptr<Sandbox> sandbox_;
    std::unique_ptr<StandIn> stand_in_;
    std::unique_ptr<net::Server> server_;
    std::unique_ptr<net::Client> client_;
};

std::string text_at(const wire::JsonDocument& document, std::string_view name);
wire::JsonDocument parsed(std::string_view text);
std::string file_text(const std::string& path);

inline constexpr const char* test_account = "GB57CLRB04040100057354";

} // namespace settled::sandbox
