// What a replay found, for people and for programs.
#pragma once

#include "units/evidence/replay.h"

#include <string>

namespace settled::cli {

std::string replay_as_json(const units::ReplayReport& report, const std::string& rules);
std::string replay_as_text(const units::ReplayReport& report, const std::string& rules);

} // namespace settled::cli
