// `settled demo`: server and sandbox, and the story of the main job, printed while it happens.
#pragma once

#include "cli/command.h"

#include <vector>

namespace settled::demo {

std::vector<cli::Command> demo_commands();

} // namespace settled::demo
