#include "worker/deliver.h"

#include "base/limits.h"
#include "crypto/webhook_signature.h"

namespace settled::worker {

namespace {

constexpr std::int64_t us_per_second = 1'000'000;

domain::AttemptResult result_of(const Result<net::Reply>& reply, Instant now) {
    domain::AttemptResult result;
    if (!reply) {
        result.error = reply.error().code;
        return result;
    }
    result.http_status = reply->status;
    if (const auto retry_after = reply->fields.find("Retry-After"))
        result.retry_after = domain::parse_retry_after(*retry_after, now);
    return result;
}

} // namespace

net::Fields delivery_fields(const Endpoint& endpoint, const Delivery& delivery, Instant now) {
    const std::string id = to_string(delivery.event);
    const std::int64_t seconds = now.us / us_per_second;
    net::Fields fields;
    fields.add("Content-Type", "application/json");
    fields.add("webhook-id", id);
    fields.add("webhook-timestamp", std::to_string(seconds));
    if (endpoint.authentication == Authentication::basic)
        fields.add("Authorization", endpoint.secret.reveal()); // onto the wire
    else
        fields.add("webhook-signature",
                   crypto::webhook_signature(endpoint.secret, id, seconds, *delivery.body));
    return fields;
}

net::OutboundRequest delivery_request(const Endpoint& endpoint, const Delivery& delivery,
                                      Instant now) {
    net::OutboundRequest request;
    request.url = endpoint.url;
    request.body = *delivery.body;
    request.fields = delivery_fields(endpoint, delivery, now);
    // A delivery is at least once by contract: the partner knows it by its id.
    request.safe_to_repeat = true;
    request.owner = endpoint.tenant.value;
    return request;
}

Task<Attempted> HttpCarrier::attempt(const Endpoint& endpoint, const Delivery& delivery) {
    Attempted attempted;
    attempted.started_at = clock_.now();
    const Clock::Steady begin = clock_.steady();
    auto reply = co_await client_.send(delivery_request(endpoint, delivery, clock_.wall()));
    attempted.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begin);
    attempted.result = result_of(reply, clock_.wall());
    attempted.answer = reply ? std::move(reply->body) : std::move(reply.error().detail);
    if (attempted.answer.size() > limits::answer_bytes_kept)
        attempted.answer.resize(limits::answer_bytes_kept);
    co_return attempted;
}

} // namespace settled::worker
