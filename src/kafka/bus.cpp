#include "kafka/bus.h"

#include "custody/custody.h"
#include "custody/schemes.h"
#include "kafka/consumer.h"
#include "kafka/kafka_carrier.h"

namespace settled::kafka {

struct Bus::Impl {
    explicit Impl(observe::Metrics& metrics) : probe(metrics) {}

    Probe probe;
    std::unique_ptr<Producer> producer;
    std::unique_ptr<KafkaCarrier> carrier;
    std::vector<std::unique_ptr<Consumer>> consumers;
};

Bus::Bus(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Bus::~Bus() = default;

Result<std::unique_ptr<Bus>> Bus::open(const Settings& settings,
                                       const std::vector<ConsumerSettings>& consumers,
                                       const std::vector<TenantId>& tenants, BusDeps deps) {
    SETTLED_ASSERT(consumers.size() == tenants.size(), "each consumer has its tenant");
    Credentials credentials;
    if (!settings.sasl_password.empty()) {
        TRY(credentials.password,
            custody::read_secret(custody::secret_uri(settings.sasl_password)));
    }
    if (!settings.key.empty()) {
        TRY(credentials.key, custody::read_secret(custody::secret_uri(settings.key)));
    }
    auto impl = std::make_unique<Impl>(deps.metrics);
    TRY(impl->producer, Producer::open(settings, credentials, deps.clock, impl->probe));
    impl->carrier = std::make_unique<KafkaCarrier>(*impl->producer, deps.clock);
    for (std::size_t i = 0; i < consumers.size(); ++i) {
        TRY(auto consumer, Consumer::open(settings, credentials, consumers[i],
                                          {deps.store, deps.context, deps.clock, *impl->producer,
                                           impl->probe, tenants[i], deps.may_write}));
        impl->consumers.push_back(std::move(consumer));
    }
    deps.metrics.gauge("settled_kafka_reachable", "1 while a broker answers",
                       [producer = impl->producer.get()] {
                           return producer->reach() == Reach::reachable ? 1.0 : 0.0;
                       });
    return std::unique_ptr<Bus>(new Bus(std::move(impl)));
}

worker::Carrier& Bus::carrier() {
    return *impl_->carrier;
}

void Bus::start() {
    for (const auto& consumer : impl_->consumers)
        consumer->start();
}

void Bus::begin_stop() {
    for (const auto& consumer : impl_->consumers)
        consumer->begin_stop();
}

void Bus::stop_consumers() {
    begin_stop();
    for (const auto& consumer : impl_->consumers)
        consumer->stop();
}

void Bus::stop() {
    stop_consumers();
    impl_->producer->stop();
}

std::string_view Bus::reach() const {
    return to_string(impl_->producer->reach());
}

} // namespace settled::kafka
