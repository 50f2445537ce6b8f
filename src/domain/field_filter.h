// Conditions on the fields of an event: [{"at":"/data/settlement/scheme","is":["FasterPayments"]}].
// All of them hold, or the event does not fit. Pure.
#pragma once

#include "base/error.h"
#include "wire/json_pointer.h"
#include "wire/json_writer.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

struct FieldCondition {
    std::string at; // as written
    std::vector<std::string> is;
    wire::JsonPointer pointer;

    // The value there is one of `is`, as text.
    bool holds(wire::Json document) const;
};
using FieldFilter = std::vector<FieldCondition>;

inline constexpr std::size_t field_conditions_max = 16;
inline constexpr std::size_t field_values_max = 16;

// One condition: {"at":…,"is":[…]} or {"at":…,"is":"…"}. Fails with value_invalid.
Result<FieldCondition> parse_condition(wire::Json written);
// A list of 1 to 16 conditions. Fails with value_invalid.
Result<FieldFilter> parse_filter(wire::Json written);

bool fits(const FieldFilter& filter, wire::Json document);
// The list.
void write_filter(wire::JsonWriter& w, const FieldFilter& filter);
void write_condition(wire::JsonWriter& w, const FieldCondition& condition);

} // namespace settled::domain
