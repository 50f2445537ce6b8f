// Help, written from the table of commands.
#pragma once

#include "cli/command.h"

#include <span>
#include <string>

namespace settled::cli {

// The program as a whole: its commands by what they are for. Lines of at most `width` columns.
std::string help_of_all(std::span<const Command> commands, std::size_t width);
// One command, or a group with its commands.
std::string help_of(std::span<const Command> commands, const Command& command, std::size_t width);

} // namespace settled::cli
