// Spans as a request of OTLP/HTTP in its JSON encoding (OpenTelemetry Protocol 1.x: the protobuf JSON
// mapping, with ids as hexadecimal and enumerations as numbers).
#pragma once

#include "observe/traces.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::observe {

// Who exports: attributes of the resource, "service.name" first.
using TraceResource = std::vector<std::pair<std::string_view, std::string>>;

// An ExportTraceServiceRequest.
std::string otlp_request(const TraceResource& resource, std::span<const Span> spans);
// How many spans the collector has refused, by the body of its 200 (partialSuccess); 0 when it says
// nothing of the kind.
std::size_t rejected_spans(std::string_view reply);

} // namespace settled::observe
