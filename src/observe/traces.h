// Traces as OpenTelemetry has them: spans of what is done for one subject (a settlement, a payment, an
// order, a notification), from its webhook to the deliveries of its events, by whichever node and
// whenever. Ids of traces and spans are computed from ids of ours, so that every process knows them and
// none are stored: spans that are exported by different nodes, hours apart, are one trace.
//
// Off unless an endpoint is configured: then there is no Traces object, and nothing is computed.
//
// A span never holds a name, an account, an amount, a reference, a body, a URL's path or a secret: its
// texts are words of the program, ids of ours and the host of a partner's endpoint. Times are the time inside (base/clock.h).
//
// Threads: all methods may be called from any thread; add() takes a lock for some copies and never waits
// for the network. A full queue drops what is added and counts it.
#pragma once

#include "base/clock.h"
#include "observe/metrics.h"

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace settled::observe {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

// `subject`: "stl_…".
TraceId trace_id(std::string_view subject);
// `what`: what the span covers, unique within all traces: an id of ours and, where needed, a number.
SpanId span_id(std::string_view what);

// A W3C traceparent.
struct TraceParent {
    TraceId trace{};
    SpanId span{};
    bool sampled = true;
};
// Of one that the server has found valid or minted (net::traceparent_of); nullopt for anything else.
std::optional<TraceParent> parse_traceparent(std::string_view text);
std::string to_text(const TraceParent& parent);

// The numbers are OTLP's.
enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4 };

struct SpanLink {
    TraceId trace{};
    SpanId span{};
};

struct Attribute {
    std::string_view name; // a literal
    std::variant<std::int64_t, std::string> value;
};

struct Span {
    TraceId trace{};
    SpanId id{};
    std::optional<SpanId> parent;
    std::string name; // one of few: "POST /hooks/{connector}"
    SpanKind kind = SpanKind::internal;
    Instant begin;
    Instant end;
    bool failed = false;
    std::vector<Attribute> attributes;
    std::vector<SpanLink> links;
};

class Traces {
  public:
    // Some megabytes, and what a busy server exports in a second or two: longer waits are for a collector
    // that is down, all of whose spans no operator needs.
    static constexpr std::size_t spans_max = 8'192;

    // `ratio`: which part of all traces is exported, 0 to 1. `to_partners`: deliveries carry a traceparent.
    Traces(double ratio, bool to_partners, Metrics& metrics);

    // The same for all spans of a trace, on every node with the same ratio: by the trace's id, as
    // OpenTelemetry's samplers do (its last 56 bits are the random ones).
    bool samples(const TraceId& trace) const;
    bool is_for_partners() const { return to_partners_; }

    void add(Span span);
    // The oldest, `most` at most.
    std::vector<Span> take(std::size_t most);
    std::size_t waiting() const;

    // What became of spans that were taken.
    void exported(std::size_t spans) const { exported_.add(static_cast<double>(spans)); }
    void rejected(std::size_t spans) const { rejected_.add(static_cast<double>(spans)); }
    void failed() const { failed_.add(); } // a request

  private:
    const std::uint64_t threshold_; // sampled are those whose random part is this or more
    const bool to_partners_;
    mutable std::mutex mutex_;
    std::deque<Span> waiting_;
    Counter exported_, dropped_, rejected_, failed_;
};

} // namespace settled::observe
