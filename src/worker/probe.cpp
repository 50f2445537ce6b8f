#include "worker/probe.h"

namespace settled::worker {

namespace {

observe::Counter counter(observe::Metrics& metrics, const char* result) {
    return metrics.counter("settled_delivery_attempts_total",
                           "Attempts to tell an endpoint of an event", {{"result", result}});
}

observe::Counter purged_counter(observe::Metrics& metrics, const char* kind) {
    return metrics.counter("settled_purged_total", "Rows that were final and old, and were removed",
                           {{"kind", kind}});
}

} // namespace

// In the order of domain::AfterAttempt.
Probe::Probe(observe::Metrics& metrics)
    : attempts_{counter(metrics, "delivered"), counter(metrics, "retry"),
                counter(metrics, "gave_up"), counter(metrics, "endpoint_gone")},
      took_(metrics.histogram("settled_delivery_attempt_seconds", "How long an attempt took")),
      told_unmatched_(metrics.counter("settled_settlements_told_unmatched_total",
                                      "Settlements whose payment did not come in time")),
      claimed_(metrics.counter("settled_delivery_claims_total",
                               "Deliveries that were claimed in the store, not held from their "
                               "commit on")),
      lost_(metrics.counter("settled_delivery_leases_lost_total",
                            "Attempts that were not recorded since another node, or a person, had "
                            "taken the delivery meanwhile")),
      learnt_(metrics.counter("settled_matches_learnt_total",
                              "Matches that were read for what they teach of institutions")),
      payments_(purged_counter(metrics, "payments")),
      settlements_(purged_counter(metrics, "settlements")),
      matches_(purged_counter(metrics, "matches")), events_(purged_counter(metrics, "events")),
      deliveries_(purged_counter(metrics, "deliveries")), calls_(purged_counter(metrics, "calls")) {
}

void Probe::attempted(domain::AfterAttempt next, std::chrono::microseconds took) const {
    attempts_[static_cast<std::size_t>(next)].add();
    took_.observe(took);
}

void Probe::purged(const store::PurgeCounts& counts) const {
    payments_.add(static_cast<double>(counts.payments));
    settlements_.add(static_cast<double>(counts.settlements));
    matches_.add(static_cast<double>(counts.matches));
    events_.add(static_cast<double>(counts.events));
    deliveries_.add(static_cast<double>(counts.deliveries));
    calls_.add(static_cast<double>(counts.calls));
}

} // namespace settled::worker
