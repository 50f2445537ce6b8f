// The manual, written from the table of commands: pages of section 1 in man(7).
#pragma once

#include "cli/command.h"

#include <span>
#include <string>
#include <vector>

namespace settled::cli {

struct ManualPage {
    std::string file; // "settled-keys-create.1"
    std::string text;
};

// settled.1, and one for each command and group. The same table gives the same bytes.
std::vector<ManualPage> manual_pages(std::span<const Command> commands);

} // namespace settled::cli
