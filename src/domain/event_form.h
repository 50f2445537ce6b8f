// An event as an endpoint's format has it: the bytes that are sent and the fields that go with them. Pure.
//
// native: the event as it stands. cloudevents: CloudEvents 1.0 over HTTP, structured, binary or as a
// batch of one. clearmatch: a message of six members whose `content` is a link to our API.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "domain/endpoint_settings.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

struct FormTerms {
    std::string_view tenant;     // its name
    std::string_view public_url; // https://host[:port]
};

// What is known of an event in addition to its body.
struct FormFacts {
    std::string_view id; // "evt_…"
    std::string_view type;
    std::int64_t subject_id = 0;
    std::int64_t version = 0;
    Instant created_at;
    std::string_view body; // native
};

struct EventForm {
    std::string head; // Content-Type, then further fields, a line each
    std::string body;
};

// Fails with value_invalid: it is no body of ours.
Result<EventForm> form_of(const EndpointSettings& settings, const FormTerms& terms,
                          const FormFacts& event);
// One body for several events, which are native: `id` is the batch's.
Result<EventForm> batch_form(const EndpointSettings& settings, const FormTerms& terms,
                             std::string_view id, Instant at, const std::vector<FormFacts>& events);

} // namespace settled::domain
