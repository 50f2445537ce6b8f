#include "observe/traces.h"

#include "base/bytes.h"
#include "observe/otlp.h"
#include "wire/json.h"

#include <gmock/gmock.h>

#include <string>

namespace settled::observe {
namespace {

using testing::HasSubstr;

TEST(Traces, ids_are_the_same_wherever_they_are_computed) {
    EXPECT_EQ(trace_id("stl_1"), trace_id("stl_1"));
    EXPECT_NE(trace_id("stl_1"), trace_id("stl_2"));
    EXPECT_NE(to_hex(span_id("stl_1")), to_hex(trace_id("stl_1")).substr(0, 16));
    // Other versions must come to the same: nodes of two versions run side by side.
    EXPECT_EQ(to_hex(trace_id("stl_1")), "f5603e250354b8eb46e268349175039e");
    EXPECT_EQ(to_hex(span_id("stl_1")), "a70af931ff92feaa");
}

TEST(Traces, a_traceparent_is_read_and_written) {
    const std::string text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const auto parent = parse_traceparent(text);
    ASSERT_TRUE(parent.has_value());
    EXPECT_TRUE(parent->sampled);
    EXPECT_EQ(to_text(*parent), text);
    EXPECT_FALSE(
        parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->sampled);
    for (const std::string_view wrong :
         {"", "00-", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
        EXPECT_FALSE(parse_traceparent(wrong).has_value()) << wrong;
}

TEST(Traces, a_ratio_of_traces_is_sampled_and_a_smaller_one_is_part_of_a_larger) {
    Metrics metrics;
    Metrics others;
    Metrics more;
    Metrics none;
    const Traces tenth(0.1, true, metrics);
    const Traces half(0.5, true, others);
    const Traces all(1, true, more);
    const Traces nothing(0, true, none);
    int in_tenth = 0;
    for (int i = 0; i < 10'000; ++i) {
        const TraceId id = trace_id("stl_" + std::to_string(i));
        in_tenth += tenth.samples(id) ? 1 : 0;
        EXPECT_TRUE(!tenth.samples(id) || half.samples(id));
        EXPECT_TRUE(all.samples(id));
        EXPECT_FALSE(nothing.samples(id));
    }
    EXPECT_NEAR(in_tenth, 1'000, 150); // the same ids in each run
}

TEST(Traces, a_full_queue_drops_what_comes_and_counts_it) {
    Metrics metrics;
    Traces traces(1, true, metrics);
    for (std::size_t i = 0; i < Traces::spans_max + 3; ++i) {
        Span span;
        span.begin = Instant{static_cast<std::int64_t>(i)};
        traces.add(std::move(span));
    }
    EXPECT_EQ(traces.waiting(), Traces::spans_max);
    EXPECT_THAT(metrics.text(), HasSubstr("settled_trace_spans_total{result=\"dropped\"} 3"));
    const auto oldest = traces.take(2);
    ASSERT_EQ(oldest.size(), 2U);
    EXPECT_EQ(oldest[1].begin, Instant{1});
    EXPECT_EQ(traces.waiting(), Traces::spans_max - 2);
    EXPECT_EQ(traces.take(Traces::spans_max).size(), Traces::spans_max - 2);
    EXPECT_TRUE(traces.take(1).empty());
}

TEST(Otlp, a_request_has_the_form_of_the_protocol) {
    Span span;
    span.trace = trace_id("stl_1");
    span.id = span_id("evt_1");
    span.parent = span_id("stl_1");
    span.name = "deliver";
    span.kind = SpanKind::client;
    span.begin = Instant{1'795'687'201'204'001};
    span.end = Instant{1'795'687'201'204'000}; // a clock that was set back
    span.failed = true;
    span.attributes = {{"settled.attempt", std::int64_t{2}},
                       {"settled.event", std::string("evt_1")}};
    span.links = {{trace_id("pay_1"), span_id("pay_1")}};
    const std::string text = otlp_request({{"service.name", "settled"}}, {&span, 1});
    ASSERT_TRUE(wire::JsonDocument::parse(text).has_value()) << text;
    const std::string trace = to_hex(span.trace);
    EXPECT_EQ(text,
              R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
              R"({"stringValue":"settled"}}]},"scopeSpans":[{"scope":{"name":"settled"},"spans":)"
              R"([{"traceId":")" +
                  trace + R"(","spanId":")" + to_hex(span.id) + R"(","parentSpanId":")" +
                  to_hex(*span.parent) +
                  R"(","name":"deliver","kind":3,"startTimeUnixNano":"1795687201204001000",)"
                  R"("endTimeUnixNano":"1795687201204001000","attributes":[{"key":)"
                  R"("settled.attempt","value":{"intValue":"2"}},{"key":"settled.event","value":)"
                  R"({"stringValue":"evt_1"}}],"links":[{"traceId":")" +
                  to_hex(span.links[0].trace) + R"(","spanId":")" + to_hex(span.links[0].span) +
                  R"("}],"status":{"code":2}}]}]}]})");
}

TEST(Otlp, the_spans_that_a_collector_rejects_are_read) {
    EXPECT_EQ(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}})"), 3U);
    EXPECT_EQ(rejected_spans(R"({"partialSuccess":{"rejectedSpans":4}})"), 4U);
    for (const std::string_view none : {"", "{}", "[]", R"({"partialSuccess":{}})", "rubbish"})
        EXPECT_EQ(rejected_spans(none), 0U) << none;
}

} // namespace
} // namespace settled::observe
