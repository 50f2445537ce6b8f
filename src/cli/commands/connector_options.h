// What `connectors add` and `connectors set` take, and the members of the API that they become.
#pragma once

#include "cli/command.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

std::vector<Option> connector_options();
// Flags that take back what a flag of connector_options() has set.
std::vector<Option> connector_options_off();

// Writes the members of those that were given into an open object; what a kind needs, the server
// says. Returns what is wrong with a file.
std::optional<std::string> write_connector_options(const Invocation& in, wire::JsonWriter& w);

// `connectors pause`, `resume`, `list-accounts`, `urls`, `template`.
std::vector<Command> connector_control_commands();
// `connectors test`.
std::vector<Command> connector_test_commands();
// `connectors try`.
std::vector<Command> connector_try_commands();

} // namespace settled::cli
