#include "observe/metrics.h"

#include <gmock/gmock.h>

namespace settled::observe {
namespace {

using testing::HasSubstr;

TEST(Metrics, appear_in_prometheus_text_with_their_labels) {
    Metrics metrics;
    const Counter stored =
        metrics.counter("settled_webhooks_total", "Webhooks", {{"kind", "stored"}});
    metrics.counter("settled_webhooks_total", "Webhooks", {{"kind", "duplicate"}}).add(2);
    stored.add();
    stored.add();
    metrics.histogram("settled_answer_seconds", "Answers").observe(std::chrono::milliseconds(3));
    metrics.gauge("settled_queue", "Waiting", [] { return 7.0; });
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("settled_webhooks_total{kind=\"stored\"} 2"));
    EXPECT_THAT(text, HasSubstr("settled_webhooks_total{kind=\"duplicate\"} 2"));
    EXPECT_THAT(text, HasSubstr("settled_answer_seconds_bucket{le=\"0.005\"} 1"));
    EXPECT_THAT(text, HasSubstr("settled_answer_seconds_bucket{le=\"0.0025\"} 0"));
    EXPECT_THAT(text, HasSubstr("settled_queue 7"));
}

} // namespace
} // namespace settled::observe
