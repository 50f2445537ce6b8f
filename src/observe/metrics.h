// Metrics in Prometheus' form. Each module keeps one probe class whose members come from here and
// whose methods are verbs; no other class touches a metric. Labels are fixed sets of tokens: never
// an id, a name or anything that a stranger chooses.
//
// Metrics lives as long as the program; handles stay valid as long as it. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::observe {

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
  public:
    void add(double by = 1) const;

  private:
    friend class Metrics;
    explicit Counter(void* impl) : impl_(impl) {}
    void* impl_;
};

class Histogram {
  public:
    void observe(std::chrono::microseconds took) const;

  private:
    friend class Metrics;
    explicit Histogram(void* impl) : impl_(impl) {}
    void* impl_;
};

class Metrics {
  public:
    Metrics();
    ~Metrics();

    // `name` as Prometheus wants it: settled_webhooks_total, settled_answer_seconds.
    Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
    // Buckets from 100 µs to 30 s.
    Histogram histogram(std::string_view name, std::string_view help, const Labels& labels = {});
    // Read when the metrics are asked for.
    void gauge(std::string_view name, std::string_view help, std::function<double()> read);

    // The text exposition format.
    std::string text() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace settled::observe
