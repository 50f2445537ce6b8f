// Families of figures in Prometheus' text form, for those that are known only when the metrics are asked
// for. Values come as text or whole numbers, so that sums of money stay exact.
#pragma once

#include "observe/metrics.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::observe {

class Exposition {
  public:
    // What the samples after it belong to. Each family once.
    void gauge(std::string_view name, std::string_view help);
    void sample(const Labels& labels, std::string_view number);
    void sample(const Labels& labels, std::int64_t number);

    std::string text() && { return std::move(text_); }

  private:
    std::string name_;
    std::string text_;
};

} // namespace settled::observe
