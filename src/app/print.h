// Answers of the API on a terminal.
#pragma once

#include "app/api_call.h"
#include "app/commands.h"

namespace settled::app {

// Calls the API and prints the answer, indented on a terminal; what went wrong goes to standard
// error. Gives the exit status: 0 for 2xx, 1 else, 2 when the configuration is wrong.
int call_and_print(const InstallationOptions& options, ApiCall call);

// The same JSON with two-space indentation.
std::string indented(std::string_view json);

} // namespace settled::app
