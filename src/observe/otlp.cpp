#include "observe/otlp.h"

#include "base/bytes.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <charconv>

namespace settled::observe {

namespace {

using wire::JsonWriter;

constexpr int status_error = 2;

// 64-bit integers are texts in protobuf's JSON.
std::string nanoseconds(Instant at) {
    return std::to_string(at.us * 1000);
}

void write_attribute(JsonWriter& w, std::string_view name,
                     const std::variant<std::int64_t, std::string>& value) {
    w.object().member("key", name).key("value").object();
    if (const auto* number = std::get_if<std::int64_t>(&value))
        w.member("intValue", std::to_string(*number));
    else
        w.member("stringValue", std::get<std::string>(value));
    w.end().end();
}

void write_span(JsonWriter& w, const Span& span) {
    w.object().member("traceId", to_hex(span.trace)).member("spanId", to_hex(span.id));
    if (span.parent)
        w.member("parentSpanId", to_hex(*span.parent));
    w.member("name", span.name).member("kind", static_cast<int>(span.kind));
    w.member("startTimeUnixNano", nanoseconds(span.begin));
    w.member("endTimeUnixNano", nanoseconds(std::max(span.begin, span.end)));
    if (!span.attributes.empty()) {
        w.key("attributes").array();
        for (const Attribute& attribute : span.attributes)
            write_attribute(w, attribute.name, attribute.value);
        w.end();
    }
    if (!span.links.empty()) {
        w.key("links").array();
        for (const SpanLink& link : span.links)
            w.object()
                .member("traceId", to_hex(link.trace))
                .member("spanId", to_hex(link.span))
                .end();
        w.end();
    }
    if (span.failed)
        w.key("status").object().member("code", status_error).end();
    w.end();
}

} // namespace

std::string otlp_request(const TraceResource& resource, std::span<const Span> spans) {
    JsonWriter w;
    w.object().key("resourceSpans").array().object();
    w.key("resource").object().key("attributes").array();
    for (const auto& [name, value] : resource)
        write_attribute(w, name, value);
    w.end().end();
    w.key("scopeSpans").array().object();
    w.key("scope").object().member("name", "settled").end();
    w.key("spans").array();
    for (const Span& span : spans)
        write_span(w, span);
    w.end().end().end().end().end().end();
    return std::move(w).text();
}

std::size_t rejected_spans(std::string_view reply) {
    const auto document = wire::JsonDocument::parse(reply);
    const auto partial = document ? document->root().member("partialSuccess") : std::nullopt;
    const auto rejected = partial ? partial->member("rejectedSpans") : std::nullopt;
    if (!rejected)
        return 0;
    const auto text = rejected->is_string() ? rejected->string() : rejected->number();
    std::size_t count = 0;
    if (text)
        (void)std::from_chars(text->data(), text->data() + text->size(), count);
    return count;
}

} // namespace settled::observe
