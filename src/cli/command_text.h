// A command in words, as its help and its manual page have it.
#pragma once

#include "cli/command.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::cli {

// What something is called, and what is said of it.
using Entries = std::vector<std::pair<std::string, std::string>>;

struct Heading {
    std::string_view title;
    std::vector<std::string_view> commands; // of the first level
};
// All commands, by what they are for, in the order of a first use.
const std::vector<Heading>& headings();

// "FILE…", "[NAME]".
std::string shown_argument(const Argument& argument);
// "--limit NUMBER".
std::string shown_option(const Option& option);
// "settled import FILE… [OPTIONS]".
std::string synopsis(const Command& command);

Entries arguments_in(const Command& command);
Entries options_in(const Command& command);
Entries statuses_in(const Command& command);
// The commands of a group.
Entries commands_behind(std::span<const Command> commands, std::string_view group);

// What is said of a command that refuses a URL.
inline constexpr std::string_view machine_sentence =
    "It works on the server's own machine, and refuses a URL.";

} // namespace settled::cli
