#include "worker/token_cache.h"

#include "crypto/hash.h"
#include "wire/base64.h"
#include "wire/json.h"
#include "worker/bounds.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace settled::worker {

namespace {

namespace asio = boost::asio;
using domain::AuthSettings;

constexpr std::chrono::seconds lasts_default = std::chrono::minutes(5);
constexpr std::size_t token_bytes_max = 8 * 1024;

// application/x-www-form-urlencoded.
std::string form_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                              c == '~';
        if (is_plain)
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= token_bytes_max &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string key_of(const Endpoint& endpoint, const AuthSettings& auth) {
    const crypto::Digest secret = crypto::sha256(endpoint.client_secret.reveal()); // a digest
    return fmt::format("{} {} {} ", auth.token_url, auth.client_id, auth.scope) +
           std::string(as_text(secret));
}

} // namespace

net::OutboundRequest token_request(const Endpoint& endpoint, const AuthSettings& auth) {
    net::OutboundRequest request;
    request.url = endpoint.token_url;
    request.body = "grant_type=client_credentials";
    if (!auth.scope.empty())
        request.body += "&scope=" + form_encoded(auth.scope);
    const std::string id = form_encoded(auth.client_id);
    const Secret secret(form_encoded(endpoint.client_secret.reveal()));
    if (auth.client_in_body) {
        request.body += "&client_id=" + id + "&client_secret=";
        request.body.append(secret.reveal()); // onto the wire
    } else {
        std::string pair = id + ":";
        pair.append(secret.reveal());
        const Secret basic("Basic " + wire::to_base64(as_bytes(pair)));
        const Secret wiped(std::move(pair));
        request.fields.add("Authorization", basic.reveal()); // onto the wire
    }
    request.fields.add("Content-Type", "application/x-www-form-urlencoded");
    request.fields.add("Accept", "application/json");
    request.deadline = bounds::token_wait_max;
    request.safe_to_repeat = true;
    request.owner = endpoint.tenant.value;
    return request;
}

Result<GrantedToken> read_token(const net::Reply& reply) {
    if (reply.status != 200)
        return fail(Code::token_failed, fmt::format("it answered {}", reply.status));
    const auto document = wire::JsonDocument::parse(reply.body);
    if (!document)
        return fail(Code::token_failed, "its answer is no JSON");
    const auto token = document->root().member("access_token");
    const auto text = token ? token->string() : std::nullopt;
    if (!text || !is_token(*text))
        return fail(Code::token_failed, "its answer has no access_token");
    const auto lasts = document->root().member("expires_in");
    const auto seconds = lasts ? lasts->integer() : std::nullopt;
    GrantedToken granted;
    granted.authorization = Secret("Bearer " + std::string(*text));
    granted.lasts = seconds ? std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 86'400))
                            : lasts_default;
    return granted;
}

Task<Result<TokenCache::Token>> TokenCache::ask(const Endpoint& endpoint, const AuthSettings& auth,
                                                std::chrono::seconds& lasts) {
    const auto reply = co_await client_.send(token_request(endpoint, auth));
    if (!reply)
        co_return fail(Code::token_failed,
                       fmt::format("the token endpoint: {}", info(reply.error().code).token));
    auto granted = read_token(*reply);
    if (!granted)
        co_return fail(Code::token_failed, "the token endpoint: " + granted.error().detail);
    lasts = granted->lasts;
    co_return std::make_shared<const Secret>(std::move(granted->authorization));
}

Task<Result<TokenCache::Token>> TokenCache::token(const Endpoint& endpoint,
                                                  const AuthSettings& auth) {
    Entry& entry = entries_[endpoint.id]; // never erased while the endpoint's attempts run
    const std::string of = key_of(endpoint, auth);
    if (entry.asking) {
        const std::shared_ptr<asio::steady_timer> asking = entry.asking;
        boost::system::error_code ended;
        co_await asking->async_wait(asio::redirect_error(asio::use_awaitable, ended));
        co_return entry.last;
    }
    if (entry.token && entry.of == of && clock_.steady() < entry.until)
        co_return entry.token;
    entry.asking = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
    entry.asking->expires_at(asio::steady_timer::time_point::max());
    std::chrono::seconds lasts{0};
    entry.last = co_await ask(endpoint, auth, lasts);
    entry.of = of;
    entry.token = entry.last ? *entry.last : nullptr;
    entry.until = clock_.steady() + std::chrono::milliseconds(lasts) * 9 / 10;
    entry.asking->cancel();
    entry.asking.reset();
    co_return entry.last;
}

void TokenCache::drop(EndpointId endpoint, const Token& token) {
    Entry& entry = entries_[endpoint];
    if (entry.token == token)
        entry.token = nullptr;
}

} // namespace settled::worker
