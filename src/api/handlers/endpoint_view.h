// An endpoint as clients see it: how it is set, and how it fares.
#pragma once

#include "domain/endpoint_settings.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "wire/json_writer.h"

namespace settled::api {

struct EndpointShown {
    store::EndpointRow row;
    store::EndpointState state;
    Instant now;
    EndpointId id; // for pages
};

// The members, without the braces around them.
void write_endpoint_members(wire::JsonWriter& w, const EndpointShown& endpoint);

} // namespace settled::api
