#include "domain/endpoint_settings.h"

#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace settled::domain {

namespace {

using wire::Json;
using wire::JsonWriter;

constexpr std::array<std::string_view, 3> format_tokens{"native", "cloudevents", "clearmatch"};
constexpr std::array<std::string_view, 3> mode_tokens{"structured", "binary", "batch"};
constexpr std::array<std::string_view, 7> auth_tokens{"signature", "basic",   "bearer", "headers",
                                                      "oauth2",    "rfc9421", "none"};

template <class Enum, std::size_t N>
std::optional<Enum> enum_of(const std::array<std::string_view, N>& tokens, std::string_view word) {
    const auto found = std::ranges::find(tokens, word);
    if (found == tokens.end())
        return std::nullopt;
    return static_cast<Enum>(found - tokens.begin());
}

void write_auth(JsonWriter& w, const AuthSettings& auth) {
    w.object().member("type", token(auth.type));
    if (!auth.v1)
        w.member("v1", false);
    if (auth.v1a)
        w.member("v1a", true);
    for (const auto& [name, value] :
         {std::pair{"username", &auth.username}, std::pair{"token_url", &auth.token_url},
          std::pair{"client_id", &auth.client_id}, std::pair{"scope", &auth.scope}})
        if (!value->empty())
            w.member(name, *value);
    if (!auth.header_names.empty()) {
        w.key("headers").array();
        for (const std::string& name : auth.header_names)
            w.value(name);
        w.end();
    }
    if (auth.client_in_body)
        w.member("client_in_body", true);
    if (auth.by_hmac)
        w.member("by_hmac", true);
    w.end();
}

void write_success(JsonWriter& w, const SuccessRule& rule) {
    w.key("success").object();
    if (!rule.statuses.empty()) {
        w.key("status").array();
        for (const int status : rule.statuses)
            w.value(status);
        w.end();
    }
    if (rule.body_equals)
        w.member("equals", *rule.body_equals);
    if (rule.body_contains)
        w.member("contains", *rule.body_contains);
    if (rule.body_field) {
        w.key("field");
        write_condition(w, *rule.body_field);
    }
    if (!rule.nonce_key.empty())
        w.member("nonce_key", rule.nonce_key);
    w.end();
}

std::string text_of(const Json& object, std::string_view name) {
    const auto member = object.member(name);
    const auto text = member ? member->string() : std::nullopt;
    return text ? std::string(*text) : std::string();
}

std::int64_t number_of(const Json& object, std::string_view name, std::int64_t otherwise) {
    const auto member = object.member(name);
    return member ? member->integer().value_or(otherwise) : otherwise;
}

bool flag_of(const Json& object, std::string_view name, bool otherwise) {
    const auto member = object.member(name);
    return member ? member->boolean().value_or(otherwise) : otherwise;
}

Result<AuthSettings> read_auth(const Json& written) {
    AuthSettings auth;
    const auto type = parse_auth_type(text_of(written, "type"));
    if (!type)
        return fail(Code::value_invalid, "auth has no type");
    auth.type = *type;
    auth.v1 = flag_of(written, "v1", true);
    auth.v1a = flag_of(written, "v1a", false);
    auth.username = text_of(written, "username");
    auth.token_url = text_of(written, "token_url");
    auth.client_id = text_of(written, "client_id");
    auth.scope = text_of(written, "scope");
    if (const auto names = written.member("headers"))
        for (std::size_t i = 0; i < names->size(); ++i)
            auth.header_names.emplace_back(names->at(i).string().value_or(""));
    auth.client_in_body = flag_of(written, "client_in_body", false);
    auth.by_hmac = flag_of(written, "by_hmac", false);
    return auth;
}

Result<SuccessRule> read_success(const Json& written) {
    SuccessRule rule;
    if (const auto statuses = written.member("status"))
        for (std::size_t i = 0; i < statuses->size(); ++i)
            rule.statuses.push_back(static_cast<int>(statuses->at(i).integer().value_or(0)));
    if (written.member("equals"))
        rule.body_equals = text_of(written, "equals");
    if (written.member("contains"))
        rule.body_contains = text_of(written, "contains");
    if (const auto field = written.member("field")) {
        TRY(rule.body_field, parse_condition(*field));
    }
    rule.nonce_key = text_of(written, "nonce_key");
    return rule;
}

void write_schedule(JsonWriter& w, const EndpointSettings& s) {
    if (s.has_interval())
        w.member("interval", s.interval.count()).member("set_at", s.schedule_set_at.us);
    if (s.batch)
        w.member("batch", true);
    if (s.ordered)
        w.member("ordered", true);
    if (s.rate_per_1000s != 0)
        w.member("rate", s.rate_per_1000s);
    if (s.concurrency != 0)
        w.member("concurrency", s.concurrency);
    if (!s.retry_after.empty()) {
        w.key("retry_after").array();
        for (const std::chrono::seconds wait : s.retry_after)
            w.value(wait.count());
        w.end();
    }
}

bool is_default_auth(const std::vector<AuthSettings>& auth) {
    return auth.size() == 1 && auth[0].type == AuthType::signature && auth[0].v1 && !auth[0].v1a;
}

} // namespace

std::string_view token(Format format) {
    return format_tokens[static_cast<std::size_t>(format)];
}

std::optional<Format> parse_format(std::string_view word) {
    return enum_of<Format>(format_tokens, word);
}

std::string_view token(CloudEventsMode mode) {
    return mode_tokens[static_cast<std::size_t>(mode)];
}

std::optional<CloudEventsMode> parse_cloudevents_mode(std::string_view word) {
    return enum_of<CloudEventsMode>(mode_tokens, word);
}

std::string_view token(AuthType type) {
    return auth_tokens[static_cast<std::size_t>(type)];
}

std::optional<AuthType> parse_auth_type(std::string_view word) {
    return enum_of<AuthType>(auth_tokens, word);
}

bool EndpointSettings::needs_secret() const {
    return std::ranges::any_of(auth, &AuthSettings::needs_secret);
}

bool EndpointSettings::needs_key_pair() const {
    return std::ranges::any_of(auth, &AuthSettings::needs_key_pair);
}

Result<std::int64_t> parse_rate(std::string_view text) {
    constexpr std::string_view form = "give requests a second, from 0.001 to 10000, with up to "
                                      "three decimals";
    constexpr std::int64_t whole_max = 10'000;
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    std::string decimals(text.substr(std::min(point + 1, text.size())));
    const bool has_point = point < text.size();
    if (decimals.size() > 3 || (has_point && decimals.empty()))
        return fail(Code::value_invalid, std::string(form));
    decimals.resize(3, '0');
    std::int64_t units = 0;
    std::int64_t thousandths = 0;
    const auto a = std::from_chars(whole.data(), whole.data() + whole.size(), units);
    const char* const last = decimals.data() + decimals.size();
    const auto b = std::from_chars(decimals.data(), last, thousandths);
    const bool is_read = a.ec == std::errc() && a.ptr == whole.data() + whole.size() &&
                         b.ec == std::errc() && b.ptr == last;
    if (!is_read || units < 0 || thousandths < 0 || units > whole_max)
        return fail(Code::value_invalid, std::string(form));
    const std::int64_t rate = units * 1000 + thousandths;
    if (rate == 0 || rate > whole_max * 1000)
        return fail(Code::value_invalid, std::string(form));
    return rate;
}

std::string rate_text(std::int64_t per_1000s) {
    std::string text = fmt::format("{}.{:03}", per_1000s / 1000, per_1000s % 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

std::string to_json(const EndpointSettings& s) {
    JsonWriter w;
    w.object();
    write_schedule(w, s);
    if (s.format != Format::native)
        w.member("format", token(s.format));
    if (s.cloudevents_mode != CloudEventsMode::structured)
        w.member("mode", token(s.cloudevents_mode));
    if (!s.handshake)
        w.member("handshake", false);
    if (!s.partner_code.empty())
        w.member("partner_code", s.partner_code);
    if (!s.filter.empty()) {
        w.key("filter");
        write_filter(w, s.filter);
    }
    if (!s.success.is_default())
        write_success(w, s.success);
    if (!is_default_auth(s.auth)) {
        w.key("auth").array();
        for (const AuthSettings& auth : s.auth)
            write_auth(w, auth);
        w.end();
    }
    if (!s.client_certificate.empty())
        w.member("client_certificate", s.client_certificate);
    if (!s.trusted_ca.empty())
        w.member("trusted_ca", s.trusted_ca);
    if (!s.published_keys.empty()) {
        w.key("keys").array();
        for (const PublishedKey& key : s.published_keys)
            w.object().member("key", key.text).member("until", key.until.us).end();
        w.end();
    }
    w.end();
    return std::move(w).text();
}

Result<EndpointSettings> parse_endpoint_settings(std::string_view json) {
    EndpointSettings s;
    if (json == "{}")
        return s;
    TRY(const auto document, wire::JsonDocument::parse(json));
    const Json root = document.root();
    s.interval = std::chrono::seconds(number_of(root, "interval", 0));
    s.schedule_set_at = {number_of(root, "set_at", 0)};
    s.batch = flag_of(root, "batch", false);
    s.ordered = flag_of(root, "ordered", false);
    s.rate_per_1000s = number_of(root, "rate", 0);
    s.concurrency = number_of(root, "concurrency", 0);
    if (const auto waits = root.member("retry_after"))
        for (std::size_t i = 0; i < waits->size(); ++i)
            s.retry_after.emplace_back(waits->at(i).integer().value_or(0));
    s.format = parse_format(text_of(root, "format")).value_or(Format::native);
    s.cloudevents_mode =
        parse_cloudevents_mode(text_of(root, "mode")).value_or(CloudEventsMode::structured);
    s.handshake = flag_of(root, "handshake", true);
    s.partner_code = text_of(root, "partner_code");
    if (const auto filter = root.member("filter")) {
        TRY(s.filter, parse_filter(*filter));
    }
    if (const auto success = root.member("success")) {
        TRY(s.success, read_success(*success));
    }
    if (const auto auth = root.member("auth")) {
        s.auth.clear();
        for (std::size_t i = 0; i < auth->size(); ++i) {
            TRY(AuthSettings one, read_auth(auth->at(i)));
            s.auth.push_back(std::move(one));
        }
    }
    s.client_certificate = text_of(root, "client_certificate");
    s.trusted_ca = text_of(root, "trusted_ca");
    if (const auto keys = root.member("keys"))
        for (std::size_t i = 0; i < keys->size(); ++i)
            s.published_keys.push_back(
                {text_of(keys->at(i), "key"), {number_of(keys->at(i), "until", 0)}});
    return s;
}

} // namespace settled::domain
