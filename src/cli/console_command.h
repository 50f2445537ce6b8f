// `settled console`: a link with which the user of this machine signs in with a browser.
#pragma once

#include "cli/command.h"

#include <vector>

namespace settled::cli {

std::vector<Command> console_commands();

} // namespace settled::cli
