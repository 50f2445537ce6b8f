// The model bank's webhook sender, as ClearBank describes its own ("Getting started", webhooks and
// idempotency): POST with DigitalSignature over the body bytes; a delivery counts only when the
// answer comes within 5 s with 200, the same nonce as JSON and the institution's DigitalSignature
// over the answer's bytes; else it is retried every 15 minutes for 24 hours. At least once, in any
// order; here also doubled and shuffled on request. Every time scales for tests.
//
// A nonce is random for each attempt, up to 62 bits: the bank says it is random and "int", its
// samples exceed 32 bits, so a reader must take whatever fits 64.
//
// Threads: used on its io_context only. Copies of the pointer held by running deliveries keep it
// alive after its owner has released it.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/task.h"
#include "crypto/rsa.h"
#include "net/client/client.h"
#include "sandbox/bank/webhooks/payloads.h"
#include "sandbox/bank/webhooks/webhook_record.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::sandbox {

struct SenderTiming {
    std::chrono::milliseconds answer_within = std::chrono::seconds(5);
    std::chrono::milliseconds retry_every = std::chrono::minutes(15);
    std::chrono::milliseconds retry_for = std::chrono::hours(24);
};

struct SendOptions {
    std::size_t duplicates = 0; // further webhooks of the same event
    Tamper tamper = Tamper::none;
    int attempts_max = 0;
};

struct ReleaseOptions {
    bool shuffle = false;
    std::size_t duplicates = 0;
    std::uint64_t seed = 1;
};

struct SenderSummary {
    std::size_t created = 0; // since the start, forgotten ones too
    std::size_t attempts = 0;
    std::array<std::size_t, 5> by_state{};
    std::array<std::size_t, 6> by_verdict{}; // of attempts
};

class WebhookSender : public std::enable_shared_from_this<WebhookSender> {
  public:
    struct Parts {
        boost::asio::io_context& io;
        std::shared_ptr<net::Client> client;
        std::shared_ptr<crypto::Signer> signer;
        std::shared_ptr<const crypto::Verifier> institution;
        const Clock& clock;
        Rng& rng;
        SenderTiming timing;
        std::size_t connections; // deliveries at a time
    };
    static std::shared_ptr<WebhookSender> make(Parts parts);

    // Where the institution takes webhooks; nothing is sent before it is known. Of several places
    // each attempt goes to the next one, as behind a balancer: attempt a of webhook w, both counted
    // from 1, goes to place (w + a) modulo their number.
    void set_urls(std::vector<net::Url> urls);
    void set_url(net::Url url) { set_urls({std::move(url)}); }
    bool has_url() const { return !urls_.empty(); }

    // The ids of the webhook and its duplicates. While held, it is signed now, so that release
    // sends at full speed. Fails with limit_reached, crypto_failed.
    Result<std::vector<std::int64_t>> submit(Payload payload, SendOptions options = {});
    // From now on each event is sent so many more times, in addition to what its options say.
    void duplicate_all(std::size_t duplicates) { duplicates_of_all_ = duplicates; }
    // Sends once more what was sent before (the bank's "at least once"). Fails with not_found,
    // state_conflict when its payload has been released.
    Result<std::int64_t> send_again(std::int64_t id);

    // As if the institution had not answered for longer than the bank repeats webhooks: those that are
    // made from now on, and those that wait, are given up without an attempt.
    void silence(bool silent);
    void hold() { holding_ = true; }
    bool holding() const { return holding_; }
    // Sends what is held; later ones go at once. Returns how many.
    Result<std::size_t> release(const ReleaseOptions& options);

    const WebhookRecord* find(std::int64_t id) const;
    // In order of id, those behind `after`.
    std::vector<const WebhookRecord*> list(std::int64_t after, std::size_t limit,
                                           std::optional<WebhookState> state) const;
    const SenderSummary& summary() const { return summary_; }
    // No new attempts; running ones end by themselves.
    void stop();

  private:
    using Record = std::shared_ptr<WebhookRecord>;

    explicit WebhookSender(Parts parts);
    static Task<> run_lane(std::shared_ptr<WebhookSender> self);

    Result<Record> add(const Payload& payload, const std::shared_ptr<const std::string>& json,
                       const SendOptions& options);
    Result<> prepare(WebhookRecord& webhook);
    const net::Url& url_for(const WebhookRecord& webhook) const;
    net::OutboundRequest request_for(const WebhookRecord& webhook) const;
    Verdict judge(const WebhookRecord& webhook, const Result<net::Reply>& reply) const;
    void finish(const Record& webhook, Attempt attempt);
    void move_to(WebhookRecord& webhook, WebhookState state);
    void forget_old_payloads(const Record& finished);
    void fill_lanes();
    void arm_retries();
    bool make_room();

    Parts parts_;
    std::vector<net::Url> urls_;
    std::size_t duplicates_of_all_ = 0;
    bool holding_ = false;
    bool silent_ = false;
    bool stopped_ = false;
    std::int64_t last_id_ = 0;
    std::size_t lanes_ = 0;
    std::map<std::int64_t, Record> records_;
    std::deque<Record> ready_;
    std::vector<Record> held_;
    std::multimap<Clock::Steady, Record> retries_;
    std::deque<Record> finished_; // those that still have their payload
    std::size_t finished_bytes_ = 0;
    boost::asio::steady_timer retry_timer_;
    SenderSummary summary_;
};

} // namespace settled::sandbox
