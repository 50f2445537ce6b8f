// The program's command line: words in, exit status out.
#pragma once

#include "cli/command.h"

#include <span>
#include <string_view>

namespace settled::cli {

// Reads the words (without the program's name), does what they say, and gives the exit status.
// Help, usage errors and the version are written from the table of commands.
int run_command_line(std::span<const Command> commands, std::span<const std::string_view> words);

} // namespace settled::cli
