#include "sandbox/bank/webhooks/sender.h"

#include "base/assert.h"
#include "sandbox/bank/api/answer.h"
#include "sandbox/bounds.h"
#include "wire/base64.h"
#include "wire/json_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace settled::sandbox {

WebhookSender::WebhookSender(Parts parts) : parts_(std::move(parts)), retry_timer_(parts_.io) {}

std::shared_ptr<WebhookSender> WebhookSender::make(Parts parts) {
    return std::shared_ptr<WebhookSender>(new WebhookSender(std::move(parts)));
}

void WebhookSender::set_urls(std::vector<net::Url> urls) {
    SETTLED_ASSERT(!urls.empty(), "webhooks go somewhere");
    urls_ = std::move(urls);
    fill_lanes();
}

void WebhookSender::stop() {
    stopped_ = true;
    retry_timer_.cancel();
    ready_.clear();
    retries_.clear();
}

// Finished webhooks make room, oldest first.
bool WebhookSender::make_room() {
    if (records_.size() < bounds::webhooks_kept_max)
        return true;
    const auto oldest = records_.begin();
    const WebhookState state = oldest->second->state;
    if (state != WebhookState::acknowledged && state != WebhookState::given_up)
        return false;
    --summary_.by_state[static_cast<std::size_t>(state)];
    records_.erase(oldest);
    return true;
}

Result<WebhookSender::Record> WebhookSender::add(const Payload& payload,
                                                 const std::shared_ptr<const std::string>& json,
                                                 const SendOptions& options) {
    if (!make_room())
        return fail(Code::limit_reached, "too many webhooks are unfinished");
    auto webhook = std::make_shared<WebhookRecord>();
    webhook->id = ++last_id_;
    webhook->type = payload.type;
    webhook->version = payload.version;
    webhook->label = payload.label;
    webhook->payload = json;
    webhook->tamper = options.tamper;
    webhook->attempts_max = options.attempts_max;
    webhook->created = parts_.clock.now();
    webhook->state = silent_    ? WebhookState::given_up
                     : holding_ ? WebhookState::held
                                : WebhookState::waiting;
    ++summary_.created;
    ++summary_.by_state[static_cast<std::size_t>(webhook->state)];
    records_.emplace(webhook->id, webhook);
    if (silent_) {
        forget_old_payloads(webhook);
    } else if (holding_) {
        TRY_VOID(prepare(*webhook));
        held_.push_back(webhook);
    } else {
        ready_.push_back(webhook);
    }
    return webhook;
}

void WebhookSender::silence(bool silent) {
    silent_ = silent;
    if (!silent)
        return;
    std::vector<Record> waiting(ready_.begin(), ready_.end());
    ready_.clear();
    for (const auto& [at, webhook] : retries_)
        waiting.push_back(webhook);
    retries_.clear();
    for (const Record& webhook : std::exchange(held_, {}))
        waiting.push_back(webhook);
    for (const Record& webhook : waiting) {
        move_to(*webhook, WebhookState::given_up);
        forget_old_payloads(webhook);
    }
}

Result<std::vector<std::int64_t>> WebhookSender::submit(Payload payload, SendOptions options) {
    const auto json = std::make_shared<const std::string>(std::move(payload.json));
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i <= options.duplicates + duplicates_of_all_; ++i) {
        TRY(const Record webhook, add(payload, json, options));
        ids.push_back(webhook->id);
        webhook->duplicate_of = i == 0 ? 0 : ids.front();
    }
    fill_lanes();
    return ids;
}

Result<std::int64_t> WebhookSender::send_again(std::int64_t id) {
    const WebhookRecord* const webhook = find(id);
    if (webhook == nullptr)
        return fail(Code::not_found, "no such webhook");
    if (!webhook->payload)
        return fail(Code::state_conflict, "the payload has been released");
    const Payload payload{webhook->type, webhook->version, {}, webhook->label};
    const std::int64_t first = webhook->duplicate_of != 0 ? webhook->duplicate_of : id;
    TRY(const Record copy, add(payload, webhook->payload, {}));
    copy->duplicate_of = first;
    fill_lanes();
    return copy->id;
}

Result<std::size_t> WebhookSender::release(const ReleaseOptions& options) {
    holding_ = false;
    const std::vector<Record> originals = std::exchange(held_, {});
    for (const Record& webhook : originals) {
        move_to(*webhook, WebhookState::waiting);
        ready_.push_back(webhook);
    }
    Result<> added;
    for (std::size_t i = 0; i < originals.size() * options.duplicates && added; ++i) {
        const WebhookRecord& first = *originals[i % originals.size()];
        const Result<Record> copy =
            add({first.type, first.version, {}, first.label}, first.payload, {});
        if (copy)
            (*copy)->duplicate_of = first.duplicate_of != 0 ? first.duplicate_of : first.id;
        else
            added = std::unexpected(copy.error());
    }
    SeededRng order(options.seed);
    if (options.shuffle)
        for (std::size_t i = ready_.size(); i > 1; --i)
            std::swap(ready_[i - 1], ready_[order.below(i)]);
    fill_lanes();
    TRY_VOID(std::move(added));
    return originals.size() * (1 + options.duplicates);
}

const WebhookRecord* WebhookSender::find(std::int64_t id) const {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : found->second.get();
}

std::vector<const WebhookRecord*> WebhookSender::list(std::int64_t after, std::size_t limit,
                                                      std::optional<WebhookState> state) const {
    std::vector<const WebhookRecord*> page;
    for (auto at = records_.upper_bound(after); at != records_.end() && page.size() < limit; ++at)
        if (!state || at->second->state == *state)
            page.push_back(at->second.get());
    return page;
}

void WebhookSender::move_to(WebhookRecord& webhook, WebhookState state) {
    --summary_.by_state[static_cast<std::size_t>(webhook.state)];
    ++summary_.by_state[static_cast<std::size_t>(state)];
    webhook.state = state;
}

// A lane is one delivery after the other; there are as many as connections, and they end when
// nothing is ready.
void WebhookSender::fill_lanes() {
    if (urls_.empty() || stopped_)
        return;
    const std::size_t wanted = std::min(parts_.connections, lanes_ + ready_.size());
    while (lanes_ < wanted) {
        ++lanes_;
        boost::asio::co_spawn(parts_.io, run_lane(shared_from_this()), boost::asio::detached);
    }
}

Task<> WebhookSender::run_lane(std::shared_ptr<WebhookSender> self) {
    while (!self->ready_.empty() && !self->stopped_) {
        const Record webhook = self->ready_.front();
        self->ready_.pop_front();
        self->move_to(*webhook, WebhookState::sending);
        Attempt attempt;
        const Result<> prepared = webhook->body.empty() ? self->prepare(*webhook) : Result<>();
        ++webhook->attempts;
        attempt.started = self->parts_.clock.now();
        if (webhook->attempts == 1)
            webhook->first_sent = attempt.started;
        if (prepared) {
            net::OutboundRequest request = self->request_for(*webhook);
            attempt.port = request.url.port;
            const Result<net::Reply> reply = co_await self->parts_.client->send(std::move(request));
            attempt.status = reply ? reply->status : 0;
            attempt.verdict = self->judge(*webhook, reply);
        }
        attempt.took_us = (self->parts_.clock.now() - attempt.started).count();
        self->finish(webhook, attempt);
    }
    --self->lanes_;
}

// Body and signature of the coming attempt, under a new nonce.
Result<> WebhookSender::prepare(WebhookRecord& webhook) {
    webhook.nonce = static_cast<std::int64_t>(parts_.rng.below(std::uint64_t{1} << 62));
    wire::JsonWriter writer;
    writer.object().member("Type", webhook.type).member("Version", webhook.version);
    writer.key("Payload").raw(*webhook.payload);
    writer.member("Nonce", webhook.nonce).end();
    webhook.body = std::move(writer).text();
    TRY(Bytes signature, parts_.signer->sign(webhook.body));
    if (webhook.tamper == Tamper::signature)
        parts_.rng.fill(signature);
    webhook.signature = wire::to_base64(signature);
    // One digit of the nonce: still a webhook that can be read, but not what was signed.
    if (webhook.tamper == Tamper::body) {
        char& digit = webhook.body[webhook.body.size() - 2];
        digit = digit == '1' ? '2' : '1';
    }
    return {};
}

const net::Url& WebhookSender::url_for(const WebhookRecord& webhook) const {
    const auto turn =
        static_cast<std::size_t>(webhook.id) + static_cast<std::size_t>(webhook.attempts);
    return urls_[turn % urls_.size()];
}

net::OutboundRequest WebhookSender::request_for(const WebhookRecord& webhook) const {
    net::OutboundRequest request;
    request.url = url_for(webhook);
    request.body = webhook.body;
    request.deadline = parts_.timing.answer_within;
    request.safe_to_repeat = true; // at least once is the bank's own promise
    request.fields.add("Content-Type", "application/json");
    if (webhook.tamper != Tamper::unsigned_)
        request.fields.add("DigitalSignature", webhook.signature);
    request.fields.add("X-Request-Id", "webhook-" + std::to_string(webhook.id) + "-" +
                                           std::to_string(webhook.attempts));
    request.fields.add("x-delivery-attempt", std::to_string(webhook.attempts));
    if (!webhook.history.empty())
        request.fields.add("x-retry-reason",
                           std::string(retry_reason(webhook.history.back().verdict)));
    return request;
}

Verdict WebhookSender::judge(const WebhookRecord& webhook, const Result<net::Reply>& reply) const {
    if (!reply)
        return reply.error().code == Code::peer_timeout ? Verdict::timeout : Verdict::connection;
    return judge_answer(*reply, webhook.nonce, *parts_.institution);
}

void WebhookSender::finish(const Record& webhook, Attempt attempt) {
    ++summary_.attempts;
    ++summary_.by_verdict[static_cast<std::size_t>(attempt.verdict)];
    if (webhook->history.size() == bounds::attempts_kept_max)
        webhook->history.erase(webhook->history.begin());
    webhook->history.push_back(attempt);
    webhook->body.clear();
    webhook->signature.clear();

    const Instant ended = attempt.started + std::chrono::microseconds(attempt.took_us);
    if (attempt.verdict == Verdict::acknowledged) {
        webhook->acknowledged = ended;
        move_to(*webhook, WebhookState::acknowledged);
        forget_old_payloads(webhook);
        return;
    }
    const bool tried_enough =
        webhook->attempts_max != 0 && webhook->attempts >= webhook->attempts_max;
    const bool too_old =
        ended + parts_.timing.retry_every > webhook->first_sent + parts_.timing.retry_for;
    if (tried_enough || too_old || stopped_ || silent_) {
        move_to(*webhook, WebhookState::given_up);
        forget_old_payloads(webhook);
        return;
    }
    move_to(*webhook, WebhookState::waiting);
    retries_.emplace(parts_.clock.steady() + parts_.timing.retry_every, webhook);
    arm_retries();
}

// A finished webhook may be sent again for a while; then only its story is kept.
void WebhookSender::forget_old_payloads(const Record& finished) {
    finished_.push_back(finished);
    finished_bytes_ += finished->payload->size();
    while (finished_.size() > bounds::finished_payloads_max ||
           finished_bytes_ > bounds::finished_payload_bytes_max) {
        finished_bytes_ -= finished_.front()->payload->size();
        finished_.front()->payload.reset();
        finished_.pop_front();
    }
}

void WebhookSender::arm_retries() {
    if (retries_.empty() || stopped_)
        return;
    if (retry_timer_.expiry() == retries_.begin()->first)
        return; // armed for it already
    retry_timer_.expires_at(retries_.begin()->first);
    retry_timer_.async_wait(
        [self = shared_from_this()](const boost::system::error_code& cancelled) {
            if (cancelled || self->stopped_)
                return;
            const Clock::Steady now = self->parts_.clock.steady();
            const auto due = self->retries_.upper_bound(now);
            for (auto at = self->retries_.begin(); at != due; ++at)
                self->ready_.push_back(at->second);
            self->retries_.erase(self->retries_.begin(), due);
            self->fill_lanes();
            self->arm_retries();
        });
}

} // namespace settled::sandbox
