// The model platform's notification service: sends messages to the partner's process manager at
// intervals, at least once. A message whose acknowledgement did not come is sent again; while the
// partner is not there, the waits double.
//
// Source: Clearmatch, "Clearmatch integration - notification". What its documents leave open (the
// waits, which answer acknowledges) is in sandbox/README.md. Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/task.h"
#include "net/client/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace settled::sandbox {

struct PlatformTiming {
    std::chrono::milliseconds interval{0};       // 0: at once
    std::chrono::milliseconds retry{500};        // after a message was not acknowledged, doubling
    std::chrono::milliseconds retry_max{30'000}; // up to this
    std::chrono::milliseconds answer_within{5'000};
};

struct PlatformMessage {
    std::int64_t number = 0; // from 1
    std::string body;        // as it is sent
    Instant made;
    int sent = 0;        // times
    int last_status = 0; // 0: no answer
    bool acknowledged = false;
    int copies = 0; // that go out beyond the first, when it is sent for the first time
};

class Notifier : public std::enable_shared_from_this<Notifier> {
  public:
    static std::shared_ptr<Notifier> make(boost::asio::io_context& io,
                                          std::shared_ptr<net::Client> client, const Clock& clock);

    void set_target(net::Url url, std::string username, Secret password);
    bool has_target() const { return url_.has_value(); }
    void set_timing(PlatformTiming timing);
    const PlatformTiming& timing() const { return timing_; }
    // The next so many acknowledgements are lost on their way: the partner has sent them.
    void lose_acknowledgements(int count) { to_lose_ = count; }

    // Queues a message; fails with limit_reached. `copies`: sent so often at the same time.
    Result<std::int64_t> notify(std::string body, int copies);
    // Sends what is acknowledged already once more, at once. Fails with not_found.
    Result<> repeat(std::int64_t number);
    const std::deque<PlatformMessage>& messages() const { return messages_; }

    void stop();

  private:
    Notifier(boost::asio::io_context& io, std::shared_ptr<net::Client> client, const Clock& clock)
        : io_(io), client_(std::move(client)), clock_(clock), timer_(io) {}
    void arm(std::chrono::milliseconds wait);
    static Task<> send_due(std::shared_ptr<Notifier> self);
    static Task<bool> send(std::shared_ptr<Notifier> self, std::int64_t number);
    void send_aside(std::int64_t number); // whatever else is being sent
    PlatformMessage* find(std::int64_t number);
    bool has_open() const;

    boost::asio::io_context& io_;
    std::shared_ptr<net::Client> client_;
    const Clock& clock_;
    boost::asio::steady_timer timer_;
    PlatformTiming timing_;
    std::optional<net::Url> url_;
    std::string username_;
    Secret password_;
    std::deque<PlatformMessage> messages_;
    std::int64_t numbers_ = 0;
    int to_lose_ = 0;
    int failures_ = 0; // in a row
    bool sending_ = false;
    bool armed_ = false;
    bool stopped_ = false;
};

} // namespace settled::sandbox
