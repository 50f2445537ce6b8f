// Kafka in and out, as the composition root sees it: a producer that deliveries and dead letters
// go through, and the consumers. See consumer.h, producer.h and kafka_carrier.h for the guarantees.
//
// At the end: begin_stop() at once; stop_consumers() before this process gives up its place among
// the nodes; stop() after the dispatchers have drained and before the store stops. The object is
// destroyed after the store has stopped.
#pragma once

#include "base/clock.h"
#include "kafka/settings.h"
#include "observe/metrics.h"
#include "store/store.h"
#include "units/context.h"
#include "worker/carrier.h"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace settled::kafka {

struct BusDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    observe::Metrics& metrics;
    std::function<bool()> may_write; // this process has a place among the nodes; any thread
};

class Bus {
  public:
    // `tenants` has one for each consumer. Reads password and key where the settings say; needs no
    // broker. Fails with config_invalid, key_unreadable.
    static Result<std::unique_ptr<Bus>> open(const Settings& settings,
                                             const std::vector<ConsumerSettings>& consumers,
                                             const std::vector<TenantId>& tenants, BusDeps deps);
    ~Bus();

    worker::Carrier& carrier();
    void start(); // the consumers, which have joined their groups since open()
    void begin_stop();
    void stop_consumers(); // blocks, bounds::stop_wait_max and a moment
    void stop();
    // Whether a broker answers: reachable, or unreachable, untrusted (TLS), refused (SASL).
    std::string_view reach() const;

  private:
    struct Impl;
    explicit Bus(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace settled::kafka
