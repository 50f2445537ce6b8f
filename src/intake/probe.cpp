#include "intake/probe.h"

#include <algorithm>

namespace settled::intake {

namespace {

// The codes that a refusal may carry; others are counted as `internal`: each is a series.
constexpr Code refusal_codes[] = {
    Code::connector_unknown,   Code::key_unavailable,
    Code::signature_missing,   Code::signature_malformed,
    Code::signature_invalid,   Code::webhook_unreadable,
    Code::store_unavailable,   Code::token_missing,
    Code::token_malformed,     Code::token_key_unknown,
    Code::token_invalid,       Code::token_expired,
    Code::token_issuer_wrong,  Code::token_audience_wrong,
    Code::token_account_wrong, Code::subscription_unknown,
    Code::store_full,          Code::store_overloaded,
    Code::shutting_down,       Code::internal,
};

observe::Counter accepted_counter(observe::Metrics& metrics, units::Accepted::Kind kind) {
    return metrics.counter("settled_webhooks_accepted_total",
                           "Authentic webhooks, durable and answered",
                           {{"kind", std::string(token(kind))}});
}

} // namespace

Probe::Probe(observe::Metrics& metrics)
    : accepted_{accepted_counter(metrics, units::Accepted::Kind::stored),
                accepted_counter(metrics, units::Accepted::Kind::duplicate),
                accepted_counter(metrics, units::Accepted::Kind::conflict),
                accepted_counter(metrics, units::Accepted::Kind::read_again)},
      metrics_(metrics),
      answer_(metrics.histogram("settled_webhook_answer_seconds",
                                "From a webhook's last byte to its signed answer")) {}

void Probe::accepted(units::Accepted::Kind kind, std::chrono::microseconds took) {
    accepted_[static_cast<std::size_t>(kind)].add();
    answer_.observe(took);
}

void Probe::refused(Code code, std::string_view connector) {
    const bool is_known = std::ranges::find(refusal_codes, code) != std::end(refusal_codes);
    metrics_
        .counter("settled_webhooks_refused_total", "Webhooks that were not acknowledged",
                 {{"connector", connector.empty() ? "unknown" : std::string(connector)},
                  {"code", std::string(info(is_known ? code : Code::internal).token)}})
        .add();
}

} // namespace settled::intake
