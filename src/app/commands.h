// The commands of the program, a file or more each, and the table of them all.
#pragma once

#include "app/cli/command.h"

#include <span>
#include <vector>

namespace settled::app {

// In the order in which help lists them.
std::span<const Command> all_commands();

std::vector<Command> serve_commands();
std::vector<Command> check_config_commands();
std::vector<Command> migrate_commands();
std::vector<Command> store_commands();
Command store_rekey_command();
std::vector<Command> keys_commands();
std::vector<Command> sources_commands();
std::vector<Command> webhooks_commands();
std::vector<Command> institutions_commands();
std::vector<Command> import_commands();
std::vector<Command> export_commands();
std::vector<Command> reviews_commands();
std::vector<Command> sandbox_commands();
std::vector<Command> demo_commands();
std::vector<Command> bench_commands();
std::vector<Command> audit_commands();
std::vector<Command> replay_commands();

} // namespace settled::app
