// Two of the commands that ask what there is (why_commands.cpp).
#pragma once

#include "cli/command.h"

namespace settled::cli {

Command find_command();
Command tail_command();

} // namespace settled::cli
