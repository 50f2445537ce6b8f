// What the status and the overview show alike.
#pragma once

#include "api/handlers/why/status_figures.h"
#include "wire/json_writer.h"

#include <vector>

namespace settled::api {

// Each writes one member.
void write_connectors(wire::JsonWriter& w, const StatusFigures& figures);
void write_endpoint_figures(wire::JsonWriter& w, const StatusFigures& figures);
void write_attention(wire::JsonWriter& w, const std::vector<AttentionItem>& attention);

} // namespace settled::api
