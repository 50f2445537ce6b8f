// The commands of the program, a file or more each, and the table of them all.
#pragma once

#include "cli/command.h"

#include <vector>

namespace settled::cli {

// In the order in which help lists them. `above`: those of the modules above this one.
std::vector<Command> all_commands(const std::vector<Command>& above);

std::vector<Command> serve_commands();
std::vector<Command> check_config_commands();
std::vector<Command> doctor_commands();
std::vector<Command> why_commands();
std::vector<Command> migrate_commands();
std::vector<Command> backup_commands();
std::vector<Command> store_commands();
Command store_rekey_command();
std::vector<Command> keys_commands();
std::vector<Command> signing_keys_commands();
std::vector<Command> connectors_commands();
std::vector<Command> webhooks_commands();
std::vector<Command> endpoints_commands();
std::vector<Command> events_commands();
std::vector<Command> redeliver_commands();
std::vector<Command> purge_commands();
std::vector<Command> orders_commands();
std::vector<Command> links_commands();
std::vector<Command> returns_commands();
std::vector<Command> postings_commands();
std::vector<Command> calls_commands();
std::vector<Command> bacs_commands();
std::vector<Command> notifications_commands();
std::vector<Command> catch_up_commands();
std::vector<Command> institutions_commands();
std::vector<Command> import_commands();
std::vector<Command> reconcile_commands();
std::vector<Command> statements_commands();
std::vector<Command> export_commands();
std::vector<Command> reviews_commands();
std::vector<Command> listen_commands();
std::vector<Command> trigger_commands();
std::vector<Command> sandbox_commands();
std::vector<Command> bench_commands();
std::vector<Command> audit_commands();
std::vector<Command> replay_commands();
std::vector<Command> completion_commands();

} // namespace settled::cli
