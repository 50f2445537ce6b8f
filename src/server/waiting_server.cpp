#include "server/waiting_server.h"

#include "api/problem.h"
#include "base/clock.h"
#include "base/rng.h"
#include "net/address_block.h"
#include "net/server/server.h"
#include "observe/log.h"
#include "wire/json_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace settled::server {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto drain_max = 2s;
constexpr std::array<std::string_view, 2> settings{"store.master_key", "store.password"};

// Errors about a secret begin with the setting that names it (open_store.cpp).
std::string_view setting_of(const Error& error) {
    const auto* const found = std::ranges::find_if(settings, [&](std::string_view setting) {
        return error.detail.starts_with(fmt::format("{}: ", setting));
    });
    return found == settings.end() ? std::string_view() : *found;
}

// Clients see which secret it is and by which code; the log has the rest.
std::string reason_of(const Error& error) {
    return fmt::format("{} cannot be read ({}); it is tried again", setting_of(error),
                       info(error.code).token);
}

class Answers final : public net::Handler {
  public:
    std::size_t body_bytes_max(std::string_view, std::string_view) const override {
        return limits::webhook_body_bytes_max;
    }
    bool is_vital(std::string_view, std::string_view path) const override {
        return path == "/livez" || path == "/readyz";
    }
    Task<net::Response> handle(net::Request request) override {
        if (request.path == "/livez")
            co_return status_answer(200, "alive", "");
        if (request.path == "/readyz")
            co_return status_answer(503, "unready", reason());
        co_return refuse({Code::key_unavailable,
                          "this server cannot read its master key or its database password yet; "
                          "GET /readyz says which. Try again in 10 seconds"},
                         request.request_id);
    }
    net::Response refuse(const Error& error, std::string_view request_id) const override {
        return api::problem(error, request_id);
    }
    void answered(const net::Request&, const net::Response&, std::chrono::microseconds) override {}

    void say(std::string reason) {
        const std::lock_guard lock(mutex_);
        reason_ = std::move(reason);
    }

  private:
    static net::Response status_answer(int status, std::string_view word,
                                       const std::string& reason) {
        wire::JsonWriter w;
        w.object().member("status", word);
        if (!reason.empty())
            w.member("reason", reason);
        w.end();
        net::Response response;
        response.status = status;
        response.body = std::move(w).text();
        return response;
    }
    std::string reason() const {
        const std::lock_guard lock(mutex_);
        return reason_;
    }

    mutable std::mutex mutex_;
    std::string reason_;
};

class Waiting final : public WaitingServer {
  public:
    Waiting() : signals_(io_, SIGTERM, SIGINT) {}
    ~Waiting() override {
        asio::co_spawn(io_, end(), asio::detached);
        if (thread_.joinable())
            thread_.join();
    }

    Result<> open(const Config& config, std::shared_ptr<net::ServerTls> tls);
    void start();
    std::uint16_t port() const override { return server_->port(); }
    void say(const Error& why) override { answers_.say(reason_of(why)); }
    bool wait(std::chrono::seconds time) override {
        std::unique_lock lock(mutex_);
        return !ended_.wait_for(lock, time, [this] { return is_ended_; });
    }

  private:
    Task<> end() {
        boost::system::error_code ignored;
        signals_.cancel(ignored);
        co_await server_->drain(drain_max);
    }

    Answers answers_;
    SystemClock clock_;
    SystemRng rng_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    std::unique_ptr<net::Server> server_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool is_ended_ = false;
};

Result<> Waiting::open(const Config& config, std::shared_ptr<net::ServerTls> tls) {
    TRY(const ListenAddress listen, parse_listen(config.listen));
    net::ServerOptions options;
    options.address = listen.address;
    options.port = listen.port;
    options.port_use = net::ServerOptions::Port::first_of_several;
    for (const std::string& block : config.trusted_proxies) {
        TRY(const auto parsed, net::AddressBlock::parse(block));
        options.trusted_proxies.push_back(parsed);
    }
    options.proxy_protocol = config.proxy_protocol;
    options.tls = std::move(tls);
    TRY(server_, net::Server::listen(io_, std::move(options), answers_, clock_, rng_));
    return {};
}

void Waiting::start() {
    server_->start();
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error)
            return;
        const std::lock_guard lock(mutex_);
        is_ended_ = true;
        ended_.notify_all();
    });
    thread_ = std::thread([this] { io_.run(); });
}

} // namespace

bool is_place_away(const Error& error) {
    const std::string_view code = info(error.code).token;
    return error.code == Code::key_unavailable || code.starts_with("hsm_") ||
           code.starts_with("aws_");
}

bool is_secret_away(const Error& error) {
    const bool is_away = error.code == Code::key_unreadable || is_place_away(error);
    return is_away && !setting_of(error).empty();
}

Result<std::unique_ptr<WaitingServer>>
WaitingServer::begin(const Config& config, std::shared_ptr<net::ServerTls> tls, const Error& why) {
    auto waiting = std::make_unique<Waiting>();
    TRY_VOID(waiting->open(config, std::move(tls)));
    waiting->say(why);
    waiting->start();
    return waiting;
}

} // namespace settled::server
