#include "demo/metric_line.h"

#include <gtest/gtest.h>

namespace settled::demo {
namespace {

TEST(MetricLine, the_line_with_that_name_and_labels_counts) {
    constexpr std::string_view text = "# HELP total What it counts\n"
                                      "# TYPE total counter\n"
                                      "total_of_others 9\n"
                                      "total{event=\"taken_over\"} 2\n"
                                      "total{event=\"lost\"} 1.5e+06\n"
                                      "last 7";
    struct Case {
        std::string_view name;
        std::int64_t figure;
    };
    for (const Case& c : {Case{"total{event=\"taken_over\"}", 2},
                          {"total{event=\"lost\"}", 1'500'000},
                          {"total", 0},
                          {"total_of_others", 9},
                          {"last", 7},
                          {"absent", 0}})
        EXPECT_EQ(metric_in(text, c.name), c.figure) << c.name;
    EXPECT_EQ(metric_in("", "total"), 0);
}

} // namespace
} // namespace settled::demo
