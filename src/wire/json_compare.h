// What two JSON texts say, whichever way they are written: the order of members, white space, escapes
// and how a number is written ("70", "70.00", "7.0E1") mean nothing. Pure; numbers are compared as
// decimals, exactly.
#pragma once

#include "wire/json.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace settled::wire {

// The one text of all that say the same: members by name, no white space, numbers without exponent and
// without zeros at their end. `left_out`: JSON pointers to members that do not count.
std::string canonical_json(Json value, std::span<const std::string> left_out = {});

// JSON pointers to the members and elements that differ, or that one of the two lacks, in order; at most
// `most`.
std::vector<std::string> differing_members(Json first, Json second, std::size_t most);

} // namespace settled::wire
