#include "connectors/oauth2.h"

#include "connectors/percent_encoded.h"
#include "crypto/hash.h"
#include "wire/base64.h"
#include "wire/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace settled::connectors {

namespace {

constexpr std::chrono::minutes use_for_default{5};
constexpr std::int64_t seconds_max = 30 * 24 * 3600; // beyond, a reply's number is no lifetime
constexpr std::size_t token_bytes_max = 8 * 1024;    // fits into a request's head

// A bearer token's characters (RFC 6750 section 2.1), and what real servers add to them.
bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= token_bytes_max &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

// "Bearer" in any case (RFC 6749 section 5.1), and what some gateways call it.
bool is_bearer(std::string_view type) {
    std::string lower(type);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower == "bearer" || lower == "bearertoken";
}

std::optional<std::int64_t> seconds_in(const wire::Json& value) {
    if (const auto number = value.integer())
        return number;
    const auto text = value.string(); // some servers quote it
    std::int64_t seconds = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), seconds).ptr !=
                     text->data() + text->size())
        return std::nullopt;
    return seconds;
}

std::unexpected<Error> failed(std::string why) {
    return fail(Code::token_failed, std::move(why));
}

// RFC 6749 section 5.2: "invalid_client" and the like; only its own few characters.
std::string error_in(std::string_view body) {
    const auto document = wire::JsonDocument::parse(body);
    const auto error = document ? document->root().member("error") : std::nullopt;
    const auto word = error ? error->string() : std::nullopt;
    constexpr std::size_t length_max = 64;
    const bool is_word =
        word && !word->empty() && word->size() <= length_max &&
        std::ranges::all_of(*word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return is_word ? " " + std::string(*word) : std::string();
}

} // namespace

bool same(const TokenSource& a, const TokenSource& b) {
    return a.token_url == b.token_url && a.client_id == b.client_id && a.scope == b.scope &&
           a.client_auth == b.client_auth &&
           crypto::equal_in_constant_time(a.client_secret.bytes(), b.client_secret.bytes());
}

TokenRequest token_request(const TokenSource& source) {
    TokenRequest request;
    request.body = "grant_type=client_credentials";
    if (!source.scope.empty()) {
        request.body += "&scope=" + percent_encoded(source.scope);
    }
    const std::string id = percent_encoded(source.client_id);
    const std::string secret = percent_encoded(source.client_secret.reveal()); // onto the wire
    if (source.client_auth == ClientAuth::basic)
        request.authorization = "Basic " + wire::to_base64(as_bytes(id + ":" + secret));
    else
        request.body += "&client_id=" + id + "&client_secret=" + secret;
    return request;
}

Result<AccessToken> read_token(int http_status, std::string_view body) {
    if (http_status < 200 || http_status > 299)
        return failed(fmt::format("the token endpoint answered {}{}", http_status, error_in(body)));
    const auto document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return failed("the token endpoint's reply is no JSON object");
    const wire::Json root = document->root();
    const auto type = root.member_any_case("token_type").and_then(&wire::Json::string);
    if (type && !is_bearer(*type))
        return failed("the token is no bearer token");
    const auto token = root.member("access_token").and_then(&wire::Json::string);
    if (!token || !is_token(*token))
        return failed("the reply has no access_token that can be sent");
    AccessToken read{Secret(std::string(*token)), use_for_default};
    if (const auto lives = root.member("expires_in"); lives && !lives->is_null()) {
        const auto seconds = seconds_in(*lives);
        if (!seconds || *seconds < 0)
            return failed("expires_in is no number of seconds");
        read.use_for = std::chrono::milliseconds(std::min(*seconds, seconds_max) * 900);
    }
    return read;
}

} // namespace settled::connectors
