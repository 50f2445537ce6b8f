// The parts of the scripts that are the same for every table of commands, and how each shell writes
// the table.
#pragma once

#include "cli/completion/what_follows.h"

#include <string>

namespace settled::cli {

std::string bash_script(const WhatFollows& all);
std::string zsh_script(const WhatFollows& all);
std::string fish_script(const WhatFollows& all);

} // namespace settled::cli
