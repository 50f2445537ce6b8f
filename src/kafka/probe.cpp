#include "kafka/probe.h"

namespace settled::kafka {

namespace {

observe::Counter records(observe::Metrics& metrics, const char* outcome) {
    return metrics.counter("settled_kafka_records_total", "Records that were dealt with",
                           {{"outcome", outcome}});
}

observe::Counter failures(observe::Metrics& metrics, Code code) {
    return metrics.counter("settled_kafka_produce_failures_total",
                           "Records that could not be written",
                           {{"code", std::string(info(code).token)}});
}

} // namespace

// In the order of Outcome.
Probe::Probe(observe::Metrics& metrics)
    : records_{records(metrics, "registered"), records(metrics, "known"),
               records(metrics, "ignored"), records(metrics, "dead_lettered")},
      store_failed_(metrics.counter("settled_kafka_store_failures_total",
                                    "Times a record had to wait because the store failed")),
      paused_(metrics.counter("settled_kafka_pauses_total",
                              "Times reading stopped to let the store catch up")),
      produce_(metrics.histogram("settled_kafka_produce_seconds",
                                 "From a record handed over to its acknowledgement")),
      produce_failed_{failures(metrics, Code::bus_unavailable),
                      failures(metrics, Code::bus_refused)},
      lag_(std::make_shared<std::atomic<std::int64_t>>(0)) {
    metrics.gauge("settled_kafka_consumer_lag", "Records that wait in the topics",
                  [lag = lag_] { return static_cast<double>(lag->load()); });
}

void Probe::produce_failed(Code code) const {
    produce_failed_[code == Code::bus_refused ? 1 : 0].add();
}

} // namespace settled::kafka
