#include "api/handlers/endpoint_auth_reader.h"

#include "api/bounds.h"
#include "base/limits.h"
#include "crypto/rsa.h"
#include "net/client/client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::api {

namespace {

using domain::AuthSettings;
using domain::AuthType;
using payloads::Reader;

// Fields that mean something to the connection, or that we write ourselves.
bool is_ours(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    static constexpr std::array<std::string_view, 14> names{"host",
                                                            "connection",
                                                            "keep-alive",
                                                            "transfer-encoding",
                                                            "te",
                                                            "trailer",
                                                            "upgrade",
                                                            "expect",
                                                            "user-agent",
                                                            "signature",
                                                            "proxy-authorization",
                                                            "signature-input",
                                                            "proxy-connection",
                                                            "proxy-authenticate"};
    return lower.starts_with("content-") || lower.starts_with("webhook-") ||
           lower.starts_with("ce-") || std::ranges::find(names, lower) != names.end();
}

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

bool is_value(std::string_view value) {
    return value.size() <= bounds::header_value_bytes_max &&
           std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
}

void read_signature(Reader& in, AuthSettings& auth) {
    const auto words = in.optional_texts("algorithms", 2, limits::text_bytes_max);
    if (!words)
        return;
    auth.v1 = std::ranges::find(*words, "v1") != words->end();
    auth.v1a = std::ranges::find(*words, "v1a") != words->end();
    const bool is_known = std::ranges::all_of(
        *words, [](const std::string& word) { return word == "v1" || word == "v1a"; });
    const bool repeats = words->size() == 2 && words->front() == words->back();
    if (!is_known || repeats)
        in.refuse(Code::value_invalid, "algorithms", "give v1, v1a, or both");
}

void read_basic(Reader& in, AuthSettings& auth, GivenAuth& given) {
    auth.username = in.text("username", limits::text_bytes_max);
    given.credential = Secret(in.text("password", bounds::password_bytes_max));
    if (auth.username.find(':') != auth.username.npos)
        in.refuse(Code::value_invalid, "username", "give none with a colon (RFC 7617)");
}

void read_bearer(Reader& in, GivenAuth& given) {
    const std::string token = in.text("token", bounds::header_value_bytes_max);
    if (!is_value(token))
        in.refuse(Code::value_invalid, "token", "give printable ASCII characters");
    given.credential = Secret(token);
}

void read_headers(Reader& in, AuthSettings& auth, GivenAuth& given) {
    const auto object = in.member("headers");
    if (!object)
        return in.missing("headers");
    if (!object->is_object() || object->size() == 0 || object->size() > bounds::auth_headers_max)
        return in.refuse(Code::value_invalid, "headers", "give 1 to 8 fields: {\"X-Key\":\"…\"}");
    for (std::size_t i = 0; i < object->size(); ++i) {
        const std::string_view name = object->name_at(i);
        const auto value = object->at(i).string();
        if (!is_token(name) || is_ours(name))
            return in.refuse(Code::value_invalid, "headers",
                             "no field of the connection, of the content or of webhooks");
        if (!value || !is_value(*value))
            return in.refuse(Code::value_invalid, "headers",
                             "values are texts of printable ASCII characters");
        auth.header_names.emplace_back(name);
        given.headers.emplace_back(std::string(*value));
    }
}

void read_oauth2(Reader& in, AuthSettings& auth, GivenAuth& given, bool https_only) {
    auth.token_url = in.text("token_url", bounds::url_bytes_max);
    auth.client_id = in.text("client_id", limits::text_bytes_max);
    given.credential = Secret(in.text("client_secret", bounds::password_bytes_max));
    auth.scope = in.optional_text("scope", limits::text_bytes_max);
    const std::string way = in.optional_text("client_auth", limits::text_bytes_max);
    auth.client_in_body = way == "body";
    if (!way.empty() && way != "body" && way != "basic")
        in.refuse(Code::value_invalid, "client_auth", "give basic or body");
    if (in.failed())
        return;
    const auto url = net::Url::parse(auth.token_url);
    if (!url)
        in.refuse(url.error().code, "token_url", url.error().detail);
    else if (https_only && !url->tls)
        in.refuse(Code::url_invalid, "token_url", "the URL must start with https://");
}

void read_rfc9421(Reader& in, AuthSettings& auth) {
    const std::string algorithm = in.text("algorithm", limits::text_bytes_max);
    auth.by_hmac = algorithm == "hmac-sha256";
    if (!in.failed() && !auth.by_hmac && algorithm != "ed25519")
        in.refuse(Code::value_invalid, "algorithm", "give ed25519 or hmac-sha256");
}

void read_one(Reader& in, GivenAuth& given, bool https_only) {
    const std::string word = in.text("type", limits::text_bytes_max);
    const auto type = domain::parse_auth_type(word);
    if (in.failed())
        return;
    if (!type)
        return in.refuse(Code::value_invalid, "type",
                         "give signature, basic, bearer, headers, oauth2, rfc9421 or none");
    AuthSettings auth;
    auth.type = *type;
    auth.v1 = *type == AuthType::signature;
    if (*type == AuthType::signature)
        read_signature(in, auth);
    else if (*type == AuthType::basic)
        read_basic(in, auth, given);
    else if (*type == AuthType::bearer)
        read_bearer(in, given);
    else if (*type == AuthType::headers)
        read_headers(in, auth, given);
    else if (*type == AuthType::oauth2)
        read_oauth2(in, auth, given, https_only);
    else if (*type == AuthType::rfc9421)
        read_rfc9421(in, auth);
    given.auth.push_back(std::move(auth));
}

std::optional<std::string> read_pem(Reader& in, std::string_view name) {
    const auto written = in.member(name);
    if (!written)
        return std::nullopt;
    const auto text = written->string();
    if (text && text->size() <= bounds::certificates_bytes_max)
        return std::string(*text);
    in.refuse(Code::value_invalid, name, "give a text in PEM");
    return std::nullopt;
}

bool is_taken_away(const wire::Json& root, std::string_view name) {
    const auto member = root.member(name);
    return member && member->is_null();
}

void read_body_rule(Reader& in, domain::SuccessRule& rule) {
    in.optional_object("body", [&](Reader& body) {
        const std::string equals = body.optional_text("equals", limits::text_bytes_max);
        const std::string contains = body.optional_text("contains", limits::text_bytes_max);
        const auto at = body.member("at");
        (void)body.member("is");
        if (!equals.empty())
            rule.body_equals = equals;
        if (!contains.empty())
            rule.body_contains = contains;
        if (equals.empty() && contains.empty() && !at)
            body.refuse(Code::value_invalid, "", "give equals, contains, or at and is");
    });
    const auto body = in.member("body");
    if (!body || !body->member("at"))
        return;
    auto condition = domain::parse_condition(*body);
    if (!condition)
        return in.refuse(condition.error().code, "body", condition.error().detail);
    rule.body_field = *std::move(condition);
}

void read_statuses(Reader& in, domain::SuccessRule& rule) {
    const auto list = in.member("status");
    if (!list)
        return;
    for (std::size_t i = 0; list->is_array() && i < list->size(); ++i) {
        const auto status = list->at(i).integer();
        if (status && *status >= 200 && *status <= 299)
            rule.statuses.push_back(static_cast<int>(*status));
    }
    if (!list->is_array() || list->size() == 0 || rule.statuses.size() != list->size() ||
        list->size() > bounds::statuses_max)
        in.refuse(Code::value_invalid, "status", "give statuses from 200 to 299");
}

} // namespace

std::optional<GivenAuth> read_auth(Reader& in, bool https_only) {
    const auto written = in.member("auth");
    if (!written)
        return std::nullopt;
    GivenAuth given;
    const auto one = [&](Reader& inner) { read_one(inner, given, https_only); };
    if (!written->is_array()) {
        in.object("auth", one);
        return given;
    }
    in.objects("auth", 2, one);
    const auto proofs = std::ranges::count_if(
        given.auth, [](const AuthSettings& each) { return domain::proves_body(each.type); });
    const bool has_none =
        std::ranges::find(given.auth, AuthType::none, &AuthSettings::type) != given.auth.end();
    if (!in.failed() && given.auth.size() == 2 && (proofs != 1 || has_none))
        in.refuse(
            Code::value_invalid, "auth",
            "two go together where one proves the body (signature, rfc9421) and the other is a "
            "credential");
    return given;
}

std::optional<GivenCertificate> read_certificate(Reader& in, const wire::Json& root) {
    GivenCertificate given;
    (void)in.member("client_certificate"); // null too is known
    if (is_taken_away(root, "client_certificate"))
        return given;
    const bool is_there = in.optional_object("client_certificate", [&](Reader& inner) {
        given.certificate = read_pem(inner, "certificate").value_or("");
        given.key = Secret(read_pem(inner, "key").value_or(""));
        if (!inner.failed() && given.certificate.empty())
            inner.missing("certificate");
        if (inner.failed())
            return;
        const auto own = net::ClientTls::make(given.certificate, given.key, "");
        if (!own)
            inner.refuse(own.error().code, "certificate", own.error().detail);
    });
    return is_there ? std::optional(std::move(given)) : std::nullopt;
}

std::optional<std::string> read_trusted_ca(Reader& in, const wire::Json& root) {
    auto pem = read_pem(in, "trusted_ca");
    if (is_taken_away(root, "trusted_ca"))
        return std::string();
    if (!pem)
        return std::nullopt;
    const auto own = net::ClientTls::make("", Secret(), *pem);
    if (pem->empty() || !own)
        in.refuse(Code::value_invalid, "trusted_ca", "give 1 to 8 certificates in PEM");
    return pem;
}

std::optional<domain::SuccessRule> read_success(Reader& in, const wire::Json& root) {
    domain::SuccessRule rule;
    (void)in.member("success"); // null too is known
    if (is_taken_away(root, "success"))
        return rule;
    const bool is_there = in.optional_object("success", [&](Reader& inner) {
        read_statuses(inner, rule);
        read_body_rule(inner, rule);
        inner.optional_object("signed_nonce", [&](Reader& nonce) {
            rule.nonce_key = read_pem(nonce, "public_key").value_or("");
            const auto key = crypto::Verifier::from_pem(rule.nonce_key);
            if (!key)
                nonce.refuse(Code::value_invalid, "public_key", "give an RSA key in PEM");
        });
        if (!inner.failed() && rule.is_default())
            inner.refuse(Code::value_invalid, "", "give status, body or signed_nonce");
    });
    return is_there ? std::optional(std::move(rule)) : std::nullopt;
}

} // namespace settled::api
