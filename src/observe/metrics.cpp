#include "observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace settled::observe {

namespace {

std::map<std::string, std::string> as_map(const Labels& labels) {
    return {labels.begin(), labels.end()};
}

const prometheus::Histogram::BucketBoundaries& buckets() {
    static const prometheus::Histogram::BucketBoundaries seconds{
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30};
    return seconds;
}

} // namespace

struct Metrics::Impl {
    mutable std::mutex mutex;
    prometheus::Registry registry;
    std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
    std::map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;
    std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges;
};

void Counter::add(double by) const {
    static_cast<prometheus::Counter*>(impl_)->Increment(by);
}

void Histogram::observe(std::chrono::microseconds took) const {
    static_cast<prometheus::Histogram*>(impl_)->Observe(static_cast<double>(took.count()) / 1e6);
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
    const std::lock_guard lock(impl_->mutex);
    auto& family = impl_->counters[std::string(name)];
    if (family == nullptr)
        family = &prometheus::BuildCounter()
                      .Name(std::string(name))
                      .Help(std::string(help))
                      .Register(impl_->registry);
    return Counter(&family->Add(as_map(labels)));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
    const std::lock_guard lock(impl_->mutex);
    auto& family = impl_->histograms[std::string(name)];
    if (family == nullptr)
        family = &prometheus::BuildHistogram()
                      .Name(std::string(name))
                      .Help(std::string(help))
                      .Register(impl_->registry);
    return Histogram(&family->Add(as_map(labels), buckets()));
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read) {
    const std::lock_guard lock(impl_->mutex);
    auto& family = prometheus::BuildGauge()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(impl_->registry);
    impl_->gauges.emplace_back(&family.Add({}), std::move(read));
}

std::string Metrics::text() const {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [gauge, read] : impl_->gauges)
        gauge->Set(read());
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

} // namespace settled::observe
