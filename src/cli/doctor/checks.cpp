#include "cli/doctor/check.h"
#include "cli/doctor/status_check.h"

#include <array>

namespace settled::cli::doctor {

std::span<const Check> all_checks() {
    using enum Looks;
    static constexpr auto all = std::to_array<Check>({
        {"config.valid", "the settings can be read and fit together", machine, check_config},
        {"data.private", "the data directory is ours and closed to others", machine,
         check_data_directory},
        {"data.space", "the disk of the store has room", machine, check_free_space},
        {"descriptors.enough", "this machine allows enough file descriptors", machine,
         check_descriptors},
        {"server.running", "a server answers", api, check_server},
        {"port.taken", "no other program listens where the server is to listen", machine,
         check_port},
        {"master_key.fits", "the master key is there and belongs to the store", machine,
         check_master_key},
        {"store.schema", "the store's schema is this program's", machine, check_store_schema},
        {"store.opens", "the store is there and can be read", machine, check_store_opens},
        {"store.commits", "the store takes changes", api, check_store_commits},
        {"store.backup", "the store was backed up as often as the settings say", machine,
         check_backup},
        {"node.lost", "no node has left without giving its place back", machine, check_lost_nodes},
        {"clock.nodes", "the clocks of this machine and of the store agree", machine, check_clocks},
        {"clock.step", "the server's clock was not set while it ran", api, check_clock_step},
        {"calendar.holidays", "the file of bank holidays reaches far enough", machine,
         check_bank_holidays},
        {"modulus.table", "sort codes and account numbers are checked together", machine,
         check_modulus_table},
        {"connector.key", "keys, tokens and secrets of connectors can be opened", api,
         check_connector_keys},
        {"connector.custody",
         "each key and secret can be used, and keys that sign are in a hardware security module",
         api, check_connector_custody},
        {"crypto.fips", "OpenSSL's FIPS provider, where the settings ask for it", machine,
         check_fips},
        {"clock.aws", "the server's clock and AWS's agree", api, check_aws_clock},
        {"key.expiry", "no key of a bank and no token ends soon", api, check_key_expiry},
        {"tls.expiry", "the server's certificate does not end soon", machine, check_tls_expiry},
        {"api_key.expiry", "no API key ends soon", api, check_api_key_expiry},
        {"connector.retention", "how long the bodies of webhooks are kept", api,
         check_connector_retention},
        {"connector.paused", "nobody has paused a connector's calls", api, check_connector_paused},
        {"connector.refused", "no bank refuses our calls", api, check_connector_refused},
        {"connector.refusing", "webhooks of connectors are taken", api, check_refusing_connectors},
        {"connector.silent", "webhooks come as often as connectors expect them", api,
         check_silent_connectors},
        {"connector.unreadable", "every webhook could be read", api, check_unreadable_webhooks},
        {"connector.api", "a bank's API is configured; with --connect: it takes a signed test call",
         api, check_connector_api},
        {"connector.account", "the bank shows the institution's account", others,
         check_connector_account},
        {"connector.loop", "the webhook that the bank sends for a test arrives", others,
         check_connector_loop},
        {"audit.unsealed", "the evidence of matches is sealed", api, check_unsealed},
        {"calls.held", "calls are not held since a restore", api, check_calls_held},
        {"core.access", "a core banking system lets us in", others, check_core_access},
        {"core.fields", "its transaction channels and custom fields are there", others,
         check_core_fields},
        {"endpoint.disabled", "no partner's endpoint is disabled", api, check_disabled_endpoints},
        {"endpoint.failing", "every partner's endpoint answers", api, check_failing_endpoints},
        {"endpoint.ping", "every partner's endpoint takes a test.ping", others, check_pings},
        {"delivery.dead", "no notification has been given up", api, check_dead_deliveries},
        {"backlog.age", "no delivery has been owed for long", api, check_backlog},
        {"payment.overdue", "no payment is overdue", api, check_overdue_payments},
        {"settlement.unmatched", "no money has been without a payment for long", api,
         check_unmatched_settlements},
        {"review.age", "no review waits for a person for long", api, check_reviews},
        {"statement.requests", "each statement that the bank was asked for is here", api,
         check_statement_requests},
    });
    return all;
}

} // namespace settled::cli::doctor
