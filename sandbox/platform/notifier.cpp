#include "sandbox/platform/notifier.h"

#include "sandbox/bounds.h"
#include "wire/base64.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace settled::sandbox {

namespace {

constexpr int doublings_max = 16;

bool acknowledges(int status) {
    return status >= 200 && status < 300;
}

} // namespace

std::shared_ptr<Notifier> Notifier::make(boost::asio::io_context& io,
                                         std::shared_ptr<net::Client> client, const Clock& clock) {
    return std::shared_ptr<Notifier>(new Notifier(io, std::move(client), clock));
}

void Notifier::set_target(net::Url url, std::string username, Secret password) {
    url_ = std::move(url);
    username_ = std::move(username);
    password_ = std::move(password);
    failures_ = 0;
    if (has_open())
        arm(std::chrono::milliseconds(0));
}

void Notifier::set_timing(PlatformTiming timing) {
    timing_ = timing;
    failures_ = 0;
    if (has_open())
        arm(timing_.interval);
}

bool Notifier::has_open() const {
    return std::ranges::any_of(messages_,
                               [](const PlatformMessage& each) { return !each.acknowledged; });
}

PlatformMessage* Notifier::find(std::int64_t number) {
    const auto found = std::ranges::find(messages_, number, &PlatformMessage::number);
    return found == messages_.end() ? nullptr : &*found;
}

Result<std::int64_t> Notifier::notify(std::string body, int copies) {
    if (messages_.size() >= bounds::platform_messages_max)
        return fail(Code::limit_reached, "too many notifications are kept");
    const std::int64_t number = ++numbers_;
    messages_.push_back({number, std::move(body), clock_.now()});
    messages_.back().copies = copies - 1;
    if (!armed_ && !sending_)
        arm(timing_.interval);
    return number;
}

Result<> Notifier::repeat(std::int64_t number) {
    if (find(number) == nullptr)
        return fail(Code::not_found, "there is no such notification");
    send_aside(number);
    return {};
}

void Notifier::send_aside(std::int64_t number) {
    boost::asio::co_spawn(
        io_,
        [](std::shared_ptr<Notifier> self, std::int64_t which) -> Task<> {
            (void)co_await send(self, which);
        }(shared_from_this(), number),
        boost::asio::detached);
}

void Notifier::arm(std::chrono::milliseconds wait) {
    if (stopped_)
        return;
    armed_ = true;
    timer_.expires_after(wait);
    timer_.async_wait([self = weak_from_this()](const boost::system::error_code& cancelled) {
        const auto notifier = self.lock();
        if (cancelled || !notifier)
            return;
        notifier->armed_ = false;
        if (!notifier->sending_)
            boost::asio::co_spawn(notifier->io_, send_due(notifier), boost::asio::detached);
    });
}

// One after the other; the first that is not acknowledged ends the round.
Task<> Notifier::send_due(std::shared_ptr<Notifier> self) {
    self->sending_ = true;
    bool failed = false;
    for (std::size_t i = 0; i < self->messages_.size() && !failed && !self->stopped_; ++i) {
        PlatformMessage& message = self->messages_[i];
        if (message.acknowledged || !self->url_)
            continue;
        for (; message.copies > 0; --message.copies)
            self->send_aside(message.number);
        const bool taken = co_await send(self, message.number);
        failed = !taken;
    }
    self->sending_ = false;
    self->failures_ = failed ? std::min(self->failures_ + 1, doublings_max) : 0;
    if (self->stopped_ || !self->url_ || self->armed_ || !self->has_open())
        co_return;
    const auto wait = failed ? std::min(self->timing_.retry * (1 << (self->failures_ - 1)),
                                        self->timing_.retry_max)
                             : self->timing_.interval;
    self->arm(wait);
}

Task<bool> Notifier::send(std::shared_ptr<Notifier> self, std::int64_t number) {
    const PlatformMessage* const message = self->find(number);
    if (message == nullptr || !self->url_)
        co_return true;
    net::OutboundRequest request;
    request.url = *self->url_;
    request.body = message->body;
    request.deadline = self->timing_.answer_within;
    request.fields.add("Content-Type", "application/json");
    const Secret pair(self->username_ + ":" + std::string(self->password_.reveal())); // the header
    request.fields.add("Authorization", "Basic " + wire::to_base64(pair.bytes()));
    auto reply = co_await self->client_->send(std::move(request));
    PlatformMessage* const sent = self->find(number);
    if (sent == nullptr)
        co_return true;
    ++sent->sent;
    const bool is_lost = self->to_lose_ > 0;
    if (is_lost)
        --self->to_lose_;
    sent->last_status = reply && !is_lost ? reply->status : 0;
    sent->acknowledged = sent->acknowledged || acknowledges(sent->last_status);
    co_return acknowledges(sent->last_status);
}

void Notifier::stop() {
    stopped_ = true;
    timer_.cancel();
}

} // namespace settled::sandbox
