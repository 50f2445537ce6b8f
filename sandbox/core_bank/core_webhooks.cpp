#include "sandbox/core_bank/core_webhooks.h"

#include "sandbox/bounds.h"
#include "wire/json_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace settled::sandbox {

namespace {

constexpr std::chrono::seconds answer_within{10};

std::string body_of(std::string_view event, const std::string& loan, const std::string& booking) {
    wire::JsonWriter w;
    w.object().member("event", event).member("loan_account_id", loan);
    w.member("transaction_id", booking).end();
    return std::move(w).text();
}

} // namespace

std::shared_ptr<CoreWebhooks> CoreWebhooks::make(Parts parts) {
    return std::shared_ptr<CoreWebhooks>(new CoreWebhooks(std::move(parts)));
}

void CoreWebhooks::set_url(net::Url url) {
    url_ = std::move(url);
    fill_lanes();
}

void CoreWebhooks::loan_approved(const CoreLoan& loan) {
    submit("loan_approved", body_of("loan_approved", loan.id, ""));
}

void CoreWebhooks::loan_disbursed(const CoreLoan& loan, const CoreBooking& booking) {
    submit("loan_disbursed", body_of("loan_disbursed", loan.id, booking.id));
}

void CoreWebhooks::submit(std::string event, std::string body) {
    if (ready_.size() >= bounds::core_webhooks_waiting_max)
        return;
    for (std::size_t i = 0; i <= duplicates_; ++i) {
        auto webhook = std::make_shared<CoreWebhook>();
        webhook->id = ++last_id_;
        webhook->event = event;
        webhook->body = body;
        all_.push_back(webhook);
        ready_.push_back(webhook);
    }
    while (all_.size() > bounds::core_webhooks_kept_max)
        all_.pop_front();
    fill_lanes();
}

void CoreWebhooks::release(std::uint64_t seed) {
    holds_ = false;
    SeededRng order(seed);
    if (seed != 0)
        for (std::size_t i = ready_.size(); i > 1; --i)
            std::swap(ready_[i - 1], ready_[order.below(i)]);
    fill_lanes();
}

bool CoreWebhooks::send_again(std::int64_t id) {
    const auto found =
        std::ranges::find_if(all_, [id](const Record& webhook) { return webhook->id == id; });
    if (found == all_.end())
        return false;
    (*found)->done = false;
    (*found)->failed = false;
    (*found)->attempts = 0;
    ready_.push_back(*found);
    fill_lanes();
    return true;
}

void CoreWebhooks::fill_lanes() {
    if (!url_ || stopped_ || holds_)
        return;
    const std::size_t wanted = std::min(parts_.connections, lanes_ + ready_.size());
    while (lanes_ < wanted) {
        ++lanes_;
        boost::asio::co_spawn(parts_.io, run_lane(shared_from_this()), boost::asio::detached);
    }
}

Task<> CoreWebhooks::run_lane(std::shared_ptr<CoreWebhooks> self) {
    while (!self->ready_.empty() && !self->stopped_ && !self->holds_) {
        const Record webhook = self->ready_.front();
        self->ready_.pop_front();
        ++webhook->attempts;
        net::OutboundRequest request;
        request.url = *self->url_;
        request.body = webhook->body;
        request.deadline = answer_within;
        request.safe_to_repeat = true; // at least once
        request.fields.add("Content-Type", "application/json");
        request.fields.add(std::string(header), self->parts_.secret);
        const Result<net::Reply> reply = co_await self->parts_.client->send(std::move(request));
        self->finish(webhook, reply ? reply->status : 0);
    }
    --self->lanes_;
}

void CoreWebhooks::finish(const Record& webhook, int status) {
    webhook->status = status;
    webhook->done = status >= 200 && status < 300;
    webhook->failed = !webhook->done && webhook->attempts >= attempts_max;
    if (webhook->done || webhook->failed || stopped_)
        return;
    const auto wait = parts_.first_wait * (1 << (webhook->attempts - 1));
    parts_.later->after(wait, [self = shared_from_this(), webhook] {
        self->ready_.push_back(webhook);
        self->fill_lanes();
    });
}

} // namespace settled::sandbox
