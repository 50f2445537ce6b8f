// What is known of an institution, as the API shows it (openapi.yaml, InstitutionProfile).
#pragma once

#include "learn/plan.h"
#include "store/queries/profiles.h"
#include "wire/json_writer.h"

namespace settled::api {

// A sender that is not known, in paths and answers.
inline constexpr std::string_view unknown_institution = "unknown";

// Counts faded to `now`; `cap` is that of its receiving bank.
void write_profile(wire::JsonWriter& w, const store::ProfileRow& row, const learn::CapState& cap,
                   Instant now);

} // namespace settled::api
