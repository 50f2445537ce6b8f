#include "connectors/pubsub/bearer_token.h"

#include "base/ascii.h"
#include "wire/base64.h"
#include "wire/json.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace settled::connectors::pubsub {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view issuer = "https://accounts.google.com";
constexpr std::size_t token_bytes_max = 8 * 1024; // Google's have less than 2 KiB
constexpr std::chrono::microseconds clock_skew_max = 60s;
constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t second_max = 253'402'300'799; // the year 9999: no overflow in microseconds

std::unexpected<Error> malformed(std::string_view why) {
    return fail(Code::token_malformed, std::string(why));
}

struct Parts {
    std::string_view header;
    std::string_view claims;
    std::string_view signature;
    std::string_view signed_text; // header.claims
};

Result<Parts> split(std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos)
        return malformed("it has not the three parts of a JWT");
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

Result<wire::JsonDocument> parse_part(std::string_view part) {
    const auto bytes = wire::parse_base64url(part);
    if (!bytes)
        return malformed("a part is not base64url");
    auto document = wire::JsonDocument::parse(as_text(*bytes));
    if (!document || !document->root().is_object())
        return malformed("a part is no JSON object");
    return document;
}

std::string_view text_of(const wire::Json& object, std::string_view name) {
    const auto value = object.member(name);
    return value ? value->string().value_or("") : "";
}

// The key id, of a header that says nothing that is not known here.
Result<std::string> key_id_of(std::string_view part) {
    TRY(const auto document, parse_part(part));
    const wire::Json header = document.root();
    if (text_of(header, "alg") != "RS256")
        return malformed("it is not signed with RS256");
    if (header.member("crit"))
        return malformed("it asks for an extension");
    const std::string_view id = text_of(header, "kid");
    if (id.empty())
        return malformed("it names no key");
    return std::string(id);
}

// NumericDate (RFC 7519 section 2), of which whole seconds are in use.
std::optional<Instant> time_of(const wire::Json& claims, std::string_view name) {
    const auto value = claims.member(name);
    const auto seconds = value ? value->integer() : std::nullopt;
    if (!seconds || *seconds < 0 || *seconds > second_max)
        return std::nullopt;
    return Instant{*seconds * us_per_second};
}

Result<> check_time(const wire::Json& claims, Instant now) {
    const auto expires = time_of(claims, "exp");
    const auto issued = time_of(claims, "iat");
    if (!expires || !issued)
        return malformed("it lacks exp or iat");
    if (*expires + clock_skew_max <= now)
        return fail(Code::token_expired, "it has expired");
    const auto not_before = claims.member("nbf") ? time_of(claims, "nbf") : issued;
    if (!not_before || std::max(*issued, *not_before) > now + clock_skew_max)
        return fail(Code::token_expired, "it is not valid yet; compare the clocks");
    return {};
}

Result<> check_claims(std::string_view part, const TokenRules& rules, Instant now) {
    TRY(const auto document, parse_part(part));
    const wire::Json claims = document.root();
    if (text_of(claims, "iss") != issuer)
        return fail(Code::token_issuer_wrong, "it is not Google's");
    if (text_of(claims, "aud") != rules.audience)
        return fail(Code::token_audience_wrong,
                    "the subscription's audience is not that of the connector");
    const auto verified = claims.member("email_verified");
    if (text_of(claims, "email") != rules.account || !verified ||
        !verified->boolean().value_or(false))
        return fail(Code::token_account_wrong,
                    "the subscription's service account is not that of the connector");
    return check_time(claims, now);
}

Result<Parts> parts_of(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    // Authentication schemes are case-insensitive (RFC 9110 section 11.1).
    if (!equal_any_case(authorization.substr(0, scheme.size()), scheme))
        return fail(Code::token_missing, "send Authorization: Bearer and the token");
    const std::string_view token = authorization.substr(scheme.size());
    if (token.size() > token_bytes_max)
        return malformed("it is too long");
    return split(token);
}

} // namespace

std::string key_id_of_bearer_token(std::string_view authorization) {
    const auto parts = parts_of(authorization);
    return parts ? key_id_of(parts->header).value_or("") : "";
}

Result<> check_bearer_token(std::string_view authorization, const FindKey& find_key,
                            const TokenRules& rules, Instant now) {
    TRY(const Parts parts, parts_of(authorization));
    TRY(const std::string id, key_id_of(parts.header));
    const auto signature = wire::parse_base64url(parts.signature);
    if (!signature)
        return malformed("the signature is not base64url");
    const auto key = find_key(id);
    if (!key)
        return fail(Code::token_key_unknown, "the connector has no key of that id");
    if (!key->verify(parts.signed_text, *signature))
        return fail(Code::token_invalid, "the signature is not that of the key it names");
    return check_claims(parts.claims, rules, now);
}

} // namespace settled::connectors::pubsub
