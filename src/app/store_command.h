// The parts of `settled store`.
#pragma once

#include "app/commands.h"

namespace settled::app {

void add_store_rekey(CommandLine& line, CLI::App& store);

} // namespace settled::app
