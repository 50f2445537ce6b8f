// The webhooks of the model core bank, from the templates that `settled connectors template` prints:
// POST with a static header; only 2xx counts; five more attempts, each after twice the wait of the
// one before, then it has failed and a person sends it again. In any order; doubled and kept back on
// request. Source: Mambu, "Webhook notifications".
//
// Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "net/client/client.h"
#include "sandbox/bank/later.h"
#include "sandbox/core_bank/books.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::sandbox {

struct CoreWebhook {
    std::int64_t id = 0;
    std::string event;
    std::string body;
    int attempts = 0;
    int status = 0; // of the last answer; 0: there was none
    bool done = false;
    bool failed = false;
};

class CoreWebhooks : public std::enable_shared_from_this<CoreWebhooks> {
  public:
    static constexpr int attempts_max = 6;
    static constexpr std::string_view header = "X-Webhook-Secret";

    struct Parts {
        boost::asio::io_context& io;
        std::shared_ptr<net::Client> client;
        std::shared_ptr<Later> later;
        std::string secret;
        std::chrono::milliseconds first_wait;
        std::size_t connections; // on the way at a time
    };
    static std::shared_ptr<CoreWebhooks> make(Parts parts);

    // Nothing is sent before it is known.
    void set_url(net::Url url);
    bool has_url() const { return url_.has_value(); }

    void loan_approved(const CoreLoan& loan);
    // Of any channel: a template without a condition reports those of our own making, too.
    void loan_disbursed(const CoreLoan& loan, const CoreBooking& booking);

    // From now on each is sent so many more times.
    void duplicate_all(std::size_t duplicates) { duplicates_ = duplicates; }
    void hold() { holds_ = true; }
    // Sends what is held, shuffled by the seed unless it is 0.
    void release(std::uint64_t seed);
    // Once more, as a person does it. False: there is none.
    bool send_again(std::int64_t id);

    const std::deque<std::shared_ptr<CoreWebhook>>& all() const { return all_; }
    void stop() { stopped_ = true; }

  private:
    using Record = std::shared_ptr<CoreWebhook>;
    explicit CoreWebhooks(Parts parts) : parts_(std::move(parts)) {}
    void submit(std::string event, std::string body);
    void fill_lanes();
    static Task<> run_lane(std::shared_ptr<CoreWebhooks> self);
    void finish(const Record& webhook, int status);

    Parts parts_;
    std::optional<net::Url> url_;
    std::size_t duplicates_ = 0;
    bool holds_ = false;
    bool stopped_ = false;
    std::int64_t last_id_ = 0;
    std::size_t lanes_ = 0;
    std::deque<Record> all_;
    std::deque<Record> ready_;
};

} // namespace settled::sandbox
