#include "api/handlers/endpoint_view.h"

#include "api/handlers/views.h"
#include "base/assert.h"
#include "crypto/ed25519.h"
#include "domain/interval.h"
#include "units/deliveries/endpoint_row.h"

namespace settled::api {

namespace {

using domain::EndpointSettings;
using wire::JsonWriter;

std::optional<Instant> if_any(Instant at) {
    return at.us == 0 ? std::nullopt : std::optional(at);
}

template <class T>
void write_if(JsonWriter& w, std::string_view name, bool is_set, const T& value) {
    w.key(name);
    if (is_set)
        w.value(value);
    else
        w.null();
}

void write_schedule(JsonWriter& w, const EndpointSettings& s, Instant now) {
    w.key("schedule").object();
    write_if(w, "interval_seconds", s.has_interval(), s.interval.count());
    w.member("batch", s.batch);
    const auto next = s.has_interval()
                          ? std::optional(domain::next_point(s.schedule_set_at, s.interval, now))
                          : std::nullopt;
    write_time(w, "next_at", next);
    w.end();
}

void write_health(JsonWriter& w, const domain::EndpointHealth& health) {
    w.key("health").object().member("state", domain::health_token(health));
    write_time(w, "failing_since", if_any(health.failing_since));
    write_time(w, "last_success_at", if_any(health.last_success_at));
    write_time(w, "next_probe_at", if_any(health.next_probe_at));
    w.end();
}

void write_format(JsonWriter& w, const EndpointShown& shown, const EndpointSettings& s) {
    const bool is_cloudevents = s.format == domain::Format::cloudevents;
    w.member("format", token(s.format));
    write_if(w, "cloudevents_mode", is_cloudevents, token(s.cloudevents_mode));
    write_if(w, "partner_code", !s.partner_code.empty(), s.partner_code);
    w.key("handshake");
    if (!s.needs_handshake()) {
        w.null();
        return;
    }
    const store::Handshake& shake = shown.state.handshake;
    const bool is_current = shake.url == shown.row.url && !shake.state.empty();
    w.object().member("state", is_current ? shake.state : std::string(store::handshake_waiting));
    write_if(w, "rate_per_minute", is_current && shake.rate_per_minute > 0, shake.rate_per_minute);
    w.end();
}

void write_pace(JsonWriter& w, const EndpointSettings& s) {
    write_if(w, "order", s.ordered, "subject");
    w.key("rate_per_second");
    if (s.rate_per_1000s == 0)
        w.null();
    else
        w.raw(domain::rate_text(s.rate_per_1000s));
    write_if(w, "concurrency", s.concurrency != 0, s.concurrency);
    w.key("retry_after_seconds");
    if (s.retry_after.empty()) {
        w.null();
        return;
    }
    w.array();
    for (const std::chrono::seconds wait : s.retry_after)
        w.value(wait.count());
    w.end();
}

void write_auth(JsonWriter& w, const domain::AuthSettings& auth) {
    using domain::AuthType;
    w.object().member("type", token(auth.type));
    if (auth.type == AuthType::signature) {
        w.key("algorithms").array();
        if (auth.v1)
            w.value("v1");
        if (auth.v1a)
            w.value("v1a");
        w.end();
    } else if (auth.type == AuthType::basic) {
        w.member("username", auth.username);
    } else if (auth.type == AuthType::headers) {
        w.key("header_names").array();
        for (const std::string& name : auth.header_names)
            w.value(name);
        w.end();
    } else if (auth.type == AuthType::oauth2) {
        w.member("token_url", auth.token_url).member("client_id", auth.client_id);
        w.member("scope", auth.scope);
        w.member("client_auth", auth.client_in_body ? "body" : "basic");
    } else if (auth.type == AuthType::rfc9421) {
        w.member("algorithm", auth.by_hmac ? "hmac-sha256" : "ed25519");
    }
    w.end();
}

// One as it is, two as a list: as they were given.
void write_auths(JsonWriter& w, const EndpointSettings& s) {
    w.key("auth");
    if (s.auth.size() == 1)
        return write_auth(w, s.auth.front());
    w.array();
    for (const domain::AuthSettings& auth : s.auth)
        write_auth(w, auth);
    w.end();
}

void write_proofs(JsonWriter& w, const EndpointSettings& s) {
    const bool has_key = !s.published_keys.empty() && s.published_keys.front().until.us == 0;
    const std::string key = has_key ? s.published_keys.front().text : std::string();
    write_if(w, "public_key", has_key, key);
    const auto parsed = crypto::parse_ed25519_public(key);
    write_if(w, "key_id", parsed.has_value(),
             parsed ? crypto::ed25519_key_id(*parsed) : std::string());
    write_if(w, "client_certificate", !s.client_certificate.empty(), s.client_certificate);
    write_if(w, "trusted_ca", !s.trusted_ca.empty(), s.trusted_ca);
}

void write_success(JsonWriter& w, const domain::SuccessRule& rule) {
    w.key("success");
    if (rule.is_default()) {
        w.null();
        return;
    }
    w.object();
    if (!rule.statuses.empty()) {
        w.key("status").array();
        for (const int status : rule.statuses)
            w.value(status);
        w.end();
    }
    if (rule.body_equals || rule.body_contains || rule.body_field) {
        w.key("body").object();
        if (rule.body_equals)
            w.member("equals", *rule.body_equals);
        if (rule.body_contains)
            w.member("contains", *rule.body_contains);
        if (rule.body_field) {
            w.member("at", rule.body_field->at).key("is").array();
            for (const std::string& value : rule.body_field->is)
                w.value(value);
            w.end();
        }
        w.end();
    }
    if (!rule.nonce_key.empty())
        w.key("signed_nonce").object().member("public_key", rule.nonce_key).end();
    w.end();
}

} // namespace

void write_endpoint_members(JsonWriter& w, const EndpointShown& shown) {
    const store::EndpointRow& row = shown.row;
    const auto settings = units::endpoint_settings(row);
    SETTLED_ASSERT(settings.has_value(), "an endpoint's settings were written by us");
    w.member("id", to_string(row.id)).member("url", row.url);
    write_words(w, "events", row.events);
    w.key("filter");
    if (settings->filter.empty())
        w.null();
    else
        domain::write_filter(w, settings->filter);
    write_auths(w, *settings);
    write_proofs(w, *settings);
    write_success(w, settings->success);
    write_format(w, shown, *settings);
    write_schedule(w, *settings, shown.now);
    write_pace(w, *settings);
    w.member("status", row.status);
    write_health(w, shown.state.health);
    write_time(w, "missed_since", if_any(shown.state.missed_since));
    write_time(w, "created_at", row.created_at);
}

} // namespace settled::api
