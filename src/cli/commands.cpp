#include "cli/commands.h"

#include "cli/console_command.h"
#include "cli/operators_command.h"

namespace settled::cli {

std::vector<Command> all_commands(const std::vector<Command>& above) {
    std::vector<Command> joined;
    for (const auto& part : {serve_commands(),
                             check_config_commands(),
                             doctor_commands(),
                             why_commands(),
                             migrate_commands(),
                             store_commands(),
                             console_commands(),
                             operators_commands(),
                             keys_commands(),
                             signing_keys_commands(),
                             connectors_commands(),
                             webhooks_commands(),
                             endpoints_commands(),
                             events_commands(),
                             redeliver_commands(),
                             orders_commands(),
                             links_commands(),
                             returns_commands(),
                             postings_commands(),
                             bacs_commands(),
                             calls_commands(),
                             notifications_commands(),
                             catch_up_commands(),
                             backup_commands(),
                             purge_commands(),
                             institutions_commands(),
                             import_commands(),
                             reconcile_commands(),
                             statements_commands(),
                             export_commands(),
                             reviews_commands(),
                             sandbox_commands(),
                             listen_commands(),
                             trigger_commands(),
                             above,
                             bench_commands(),
                             audit_commands(),
                             replay_commands(),
                             completion_commands()})
        joined.insert(joined.end(), part.begin(), part.end());
    return joined;
}

} // namespace settled::cli
