#include "cli/listen/forwarder.h"

#include "cli/client/target.h"
#include "cli/layout.h"
#include "crypto/webhook_signature.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

constexpr std::int64_t us_per_second = 1'000'000;

net::OutboundRequest request_for(const net::Url& url, const Secret& key, StreamedEvent event,
                                 Instant now) {
    const std::int64_t seconds = now.us / us_per_second;
    net::OutboundRequest request;
    request.url = url;
    request.fields.add("Content-Type", "application/json");
    request.fields.add("webhook-id", event.id);
    request.fields.add("webhook-timestamp", fmt::to_string(seconds));
    request.fields.add("webhook-signature",
                       crypto::webhook_signature(key, event.id, seconds, event.body));
    request.body = std::move(event.body);
    return request;
}

} // namespace

std::expected<net::Url, std::string> forward_url(const std::string& text) {
    auto url = net::Url::parse(text);
    if (!url)
        return std::unexpected(fmt::format("--forward-to takes a URL, such as "
                                           "http://127.0.0.1:3000/webhooks, and not {}",
                                           text));
    if (!url->tls && !is_loopback(url->host))
        return std::unexpected(std::string("--forward-to takes an https:// URL; only a receiver on "
                                           "this machine is called without TLS"));
    return *std::move(url);
}

Result<std::unique_ptr<Forwarder>> Forwarder::make(boost::asio::io_context& io, net::Url url,
                                                   const Secret& secret,
                                                   const std::string& authorities) {
    TRY(Secret key, crypto::parse_webhook_secret(secret.reveal())); // to sign with
    net::Client::Options options;
    options.egress = {false, {"0.0.0.0/0", "::/0"}}; // the user names the receiver
    options.extra_trusted_certificates = authorities;
    TRY(std::unique_ptr<net::Client> client, net::Client::make(io, std::move(options)));
    return std::unique_ptr<Forwarder>(
        new Forwarder(std::move(client), std::move(url), std::move(key)));
}

Task<Forwarder::Outcome> Forwarder::forward(StreamedEvent event) {
    net::OutboundRequest request = request_for(url_, key_, std::move(event), clock_.wall());
    const Instant begun = clock_.now();
    const Result<net::Reply> reply = co_await client_->send(std::move(request));
    if (!reply)
        co_return Outcome{false, fmt::format("not taken: {}{}{}", info(reply.error().code).title,
                                             reply.error().detail.empty() ? "" : ": ",
                                             reply.error().detail)};
    const std::string took = duration_text((clock_.now() - begun).count());
    co_return Outcome{reply->status >= 200 && reply->status < 300,
                      fmt::format("{} in {}", reply->status, took)};
}

} // namespace settled::cli
