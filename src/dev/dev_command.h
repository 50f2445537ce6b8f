// `settled dev`: a server and everything that it talks to, in one process on loopback.
#pragma once

#include "cli/command.h"

#include <vector>

namespace settled::dev {

std::vector<cli::Command> dev_commands();

} // namespace settled::dev
