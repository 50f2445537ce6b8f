#include "worker/deliver.h"

#include "base/limits.h"
#include "crypto/rsa.h"
#include "domain/success.h"
#include "wire/base64.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace settled::worker {

namespace {

constexpr std::string_view native_type = "application/json";
constexpr int http_unauthorized = 401;

// The first line is the Content-Type; then fields, a line each.
struct Head {
    std::string_view content_type = native_type;
    std::string_view fields;
};

Head head_of(const Delivery& delivery) {
    if (!delivery.head)
        return {};
    const std::string_view whole = *delivery.head;
    const std::size_t end = std::min(whole.find('\n'), whole.size());
    return {whole.substr(0, end), whole.substr(std::min(end + 1, whole.size()))};
}

void add_lines(net::Fields& fields, std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        const std::string_view line = lines.substr(0, end);
        const std::size_t colon = line.find(": ");
        if (colon != line.npos)
            fields.add(line.substr(0, colon), line.substr(colon + 2));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
}

// The partner has signed the number that it was sent.
bool proves_nonce(const crypto::Verifier& key, const net::Reply& reply, std::string_view nonce) {
    const auto field = reply.fields.find("DigitalSignature");
    const auto signature = field ? wire::parse_base64(*field) : fail(Code::signature_missing);
    return signature && domain::echoes(reply.body, nonce) && key.verify(reply.body, *signature);
}

domain::AttemptResult result_of(const Endpoint& endpoint, const Result<net::Reply>& reply,
                                std::string_view nonce, Instant now) {
    domain::AttemptResult result;
    if (!reply) {
        result.error = reply.error().code;
        return result;
    }
    result.http_status = reply->status;
    if (const auto retry_after = reply->fields.find("Retry-After"))
        result.retry_after = domain::parse_retry_after(*retry_after, now);
    const bool is_2xx = reply->status >= 200 && reply->status < 300;
    const bool is_met =
        domain::meets(endpoint.settings.success, reply->status, reply->body) &&
        (endpoint.nonce_key == nullptr || proves_nonce(*endpoint.nonce_key, *reply, nonce));
    if (is_2xx && !is_met)
        result.error = Code::success_rule;
    return result;
}

} // namespace

Result<net::Fields> delivery_fields(const Endpoint& endpoint, const Delivery& delivery, Instant now,
                                    const Secret& access_token) {
    const Head head = head_of(delivery);
    const std::string id = delivery.webhook_id();
    net::Fields fields;
    fields.add("Content-Type", head.content_type);
    TRY_VOID(
        add_proofs(fields, endpoint, {id, head.content_type, *delivery.body, now}, access_token));
    add_lines(fields, head.fields);
    // No proof covers it. A field of that name that the endpoint's owner has set stays as it is.
    if (!delivery.traceparent.empty() && !fields.find("traceparent"))
        fields.add("traceparent", delivery.traceparent);
    return fields;
}

Carrier::Consented consent_of(const net::Reply& reply, std::string_view origin) {
    const auto allowed = reply.fields.find("WebHook-Allowed-Origin");
    const auto rate = reply.fields.find("WebHook-Allowed-Rate");
    if (!allowed || !rate || (*allowed != "*" && *allowed != origin))
        return {units::Consent::refused, 0};
    if (*rate == "*")
        return {units::Consent::granted, 0};
    std::int64_t per_minute = 0;
    const auto read = std::from_chars(rate->data(), rate->data() + rate->size(), per_minute);
    const bool is_number = read.ec == std::errc() && read.ptr == rate->data() + rate->size();
    if (!is_number || per_minute < 1)
        return {units::Consent::refused, 0};
    return {units::Consent::granted, per_minute};
}

Task<Carrier::Consented> HttpCarrier::ask_consent(const Endpoint& endpoint) {
    net::OutboundRequest request;
    request.method = "OPTIONS";
    request.url = endpoint.url;
    request.fields.add("WebHook-Request-Origin", origin_);
    if (endpoint.settings.rate_per_1000s > 0) {
        const std::int64_t wanted = endpoint.settings.rate_per_1000s * 60 / 1000;
        request.fields.add("WebHook-Request-Rate",
                           std::to_string(std::max<std::int64_t>(wanted, 1)));
    }
    request.safe_to_repeat = true;
    request.owner = endpoint.tenant.value;
    request.tls = endpoint.tls;
    const auto reply = co_await client_.send(std::move(request));
    if (!reply)
        co_return Consented{units::Consent::unheard, 0};
    co_return consent_of(*reply, origin_);
}

Task<HttpCarrier::Answered> HttpCarrier::send(const Endpoint& endpoint, const Delivery& delivery,
                                              Clock::Steady begin, const Secret& access_token) {
    Answered answered;
    auto fields = delivery_fields(endpoint, delivery, clock_.wall(), access_token);
    if (!fields) {
        answered.result.error = fields.error().code;
        answered.answer = fields.error().detail;
        co_return answered;
    }
    if (endpoint.settings.needs_handshake())
        fields->add("WebHook-Request-Origin", origin_);
    const std::string nonce = endpoint.nonce_key ? std::to_string(rng_.next()) : std::string();
    if (endpoint.nonce_key)
        fields->add("webhook-nonce", nonce);
    net::OutboundRequest request;
    request.url = endpoint.url;
    request.body = *delivery.body;
    request.fields = *std::move(fields);
    // A delivery is at least once by contract: the partner knows it by its id.
    request.safe_to_repeat = true;
    request.owner = endpoint.tenant.value;
    request.tls = endpoint.tls;
    const auto spent =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - begin);
    request.deadline = std::max<std::chrono::milliseconds>(limits::delivery_wait_max - spent,
                                                           std::chrono::milliseconds(1));
    auto reply = co_await client_.send(std::move(request));
    answered.result = result_of(endpoint, reply, nonce, clock_.wall());
    answered.answer = reply ? std::move(reply->body) : std::move(reply.error().detail);
    co_return answered;
}

// A token that the partner refuses is fetched anew, once.
Task<HttpCarrier::Answered> HttpCarrier::send_with_token(const Endpoint& endpoint,
                                                         const Delivery& delivery,
                                                         Clock::Steady begin) {
    Answered answered;
    for (int round = 0; round < 2; ++round) {
        const auto token =
            co_await tokens_.token(endpoint.id.value, endpoint.tenant.value, endpoint.token_source);
        if (!token) {
            answered.result = {};
            answered.result.error = token.error().code;
            answered.answer = token.error().detail;
            co_return answered;
        }
        answered = co_await send(endpoint, delivery, begin, **token);
        if (answered.result.http_status != http_unauthorized)
            co_return answered;
        tokens_.drop(endpoint.id.value, *token);
    }
    co_return answered;
}

Task<Attempted> HttpCarrier::attempt(const Endpoint& endpoint, const Delivery& delivery) {
    Attempted attempted;
    attempted.started_at = clock_.now();
    const Clock::Steady begin = clock_.steady();
    const Secret none;
    Answered answered;
    if (endpoint.token_source)
        answered = co_await send_with_token(endpoint, delivery, begin);
    else
        answered = co_await send(endpoint, delivery, begin, none);
    attempted.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begin);
    attempted.result = answered.result;
    attempted.answer = std::move(answered.answer);
    if (attempted.answer.size() > limits::answer_bytes_kept)
        attempted.answer.resize(limits::answer_bytes_kept);
    co_return attempted;
}

} // namespace settled::worker
