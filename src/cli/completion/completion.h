// Completion for shells, written from the table of commands: text that is the same each time, loads
// without any package, and asks no server.
#pragma once

#include "cli/command.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace settled::cli {

enum class Shell : std::uint8_t { bash, zsh, fish };
inline constexpr std::array<std::string_view, 3> shell_names{"bash", "zsh", "fish"};

// What the shell is to load.
std::string completion(std::span<const Command> commands, Shell shell);

} // namespace settled::cli
