#include "observe/traces.h"

#include "base/bytes.h"
#include "crypto/hash.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace settled::observe {

namespace {

constexpr unsigned random_bits = 56;
constexpr std::size_t traceparent_bytes_min = 55; // 00-<32 hex>-<16 hex>-<2 hex>

// An id of zeros is none. No input gives one in practice.
template <std::size_t N>
std::array<std::uint8_t, N> id_from(std::string_view domain, std::string_view text) {
    const crypto::Digest digest = crypto::sha256(std::string(domain) + std::string(text));
    std::array<std::uint8_t, N> id{};
    std::copy_n(digest.begin(), N, id.begin());
    return id;
}

// Sampled are ids whose random part is the threshold or more.
std::uint64_t threshold_of(double ratio) {
    const double whole = std::ldexp(1.0, random_bits);
    return static_cast<std::uint64_t>(std::clamp(1.0 - ratio, 0.0, 1.0) * whole);
}

std::optional<std::uint8_t> digit(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& into) {
    for (std::size_t i = 0; i < N; ++i) {
        const auto high = digit(text[2 * i]);
        const auto low = digit(text[2 * i + 1]);
        if (!high || !low)
            return false;
        into[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    return true;
}

Counter spans(Metrics& metrics, const char* result) {
    return metrics.counter("settled_trace_spans_total", "Spans of traces, by what became of them",
                           {{"result", result}});
}

} // namespace

TraceId trace_id(std::string_view subject) {
    return id_from<16>("settled trace ", subject);
}

SpanId span_id(std::string_view what) {
    return id_from<8>("settled span ", what);
}

std::optional<TraceParent> parse_traceparent(std::string_view text) {
    TraceParent parent;
    std::array<std::uint8_t, 1> flags{};
    const bool is_read =
        text.size() >= traceparent_bytes_min && read_hex(text.substr(3, 32), parent.trace) &&
        read_hex(text.substr(36, 16), parent.span) && read_hex(text.substr(53, 2), flags);
    if (!is_read)
        return std::nullopt;
    parent.sampled = (flags[0] & 1U) != 0;
    return parent;
}

std::string to_text(const TraceParent& parent) {
    return "00-" + to_hex(parent.trace) + "-" + to_hex(parent.span) +
           (parent.sampled ? "-01" : "-00");
}

Traces::Traces(double ratio, bool to_partners, Metrics& metrics)
    : threshold_(threshold_of(ratio)), to_partners_(to_partners),
      exported_(spans(metrics, "exported")), dropped_(spans(metrics, "dropped")),
      rejected_(spans(metrics, "rejected")),
      failed_(metrics.counter("settled_trace_requests_failed_total",
                              "Requests to the traces' collector that it did not take")) {
    metrics.gauge("settled_trace_spans_waiting", "Spans that wait for the traces' collector",
                  [this] { return static_cast<double>(waiting()); });
}

bool Traces::samples(const TraceId& trace) const {
    std::uint64_t random = 0;
    for (std::size_t i = trace.size() - random_bits / 8; i < trace.size(); ++i)
        random = random << 8U | trace[i];
    return random >= threshold_;
}

void Traces::add(Span span) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= spans_max) {
        dropped_.add();
        return;
    }
    waiting_.push_back(std::move(span));
}

std::vector<Span> Traces::take(std::size_t most) {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
    std::vector<Span> taken(std::move_iterator(waiting_.begin()),
                            std::move_iterator(waiting_.begin() + count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    return taken;
}

std::size_t Traces::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

} // namespace settled::observe
