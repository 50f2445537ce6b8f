// `settled operators`: people who sign in to the console with a name, a password and a code.
#pragma once

#include "cli/command.h"

#include <vector>

namespace settled::cli {

std::vector<Command> operators_commands();

} // namespace settled::cli
