// What a replay found, as JSON.
#pragma once

#include "units/evidence/replay.h"
#include "wire/json_writer.h"

namespace settled::units {

// The members of an object that is open: facts, left_out, …, changes, changes_not_shown.
void write_replay_members(wire::JsonWriter& w, const ReplayReport& report);

} // namespace settled::units
