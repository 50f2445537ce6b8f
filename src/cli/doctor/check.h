// The checks of `settled doctor`, one file each subject. A check changes nothing, and calls no
// bank or partner unless it is one that connects.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/site.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace settled::cli::doctor {

enum class Looks : std::uint8_t {
    machine, // at files and the store of the server's own machine
    api,     // at what the API says
    others,  // at banks and partners, which are called: only with --connect
};

struct Check {
    std::string_view id;
    std::string_view sentence; // what it looks at
    Looks looks = Looks::api;
    void (*run)(Site&, Findings&) = nullptr;
};

// In the order in which they are made: what others depend on comes first.
std::span<const Check> all_checks();

// By file.
void check_config(Site& site, Findings& found);
void check_data_directory(Site& site, Findings& found);
void check_free_space(Site& site, Findings& found);
void check_descriptors(Site& site, Findings& found);
void check_server(Site& site, Findings& found);
void check_store_schema(Site& site, Findings& found);
void check_store_opens(Site& site, Findings& found);
void check_store_commits(Site& site, Findings& found);
void check_master_key(Site& site, Findings& found);
void check_clocks(Site& site, Findings& found);
void check_clock_step(Site& site, Findings& found);
void check_port(Site& site, Findings& found);
void check_bank_holidays(Site& site, Findings& found);
void check_modulus_table(Site& site, Findings& found);
void check_connector_keys(Site& site, Findings& found);
void check_connector_custody(Site& site, Findings& found);
void check_key_expiry(Site& site, Findings& found);
void check_fips(Site& site, Findings& found);
void check_aws_clock(Site& site, Findings& found);
void check_tls_expiry(Site& site, Findings& found);
void check_api_key_expiry(Site& site, Findings& found);
void check_unreadable_webhooks(Site& site, Findings& found);
void check_connector_retention(Site& site, Findings& found);
void check_connector_refused(Site& site, Findings& found);
void check_connector_paused(Site& site, Findings& found);
void check_connector_api(Site& site, Findings& found);
void check_connector_account(Site& site, Findings& found);
void check_connector_loop(Site& site, Findings& found);
void check_core_access(Site& site, Findings& found);
void check_core_fields(Site& site, Findings& found);
void check_disabled_endpoints(Site& site, Findings& found);
void check_pings(Site& site, Findings& found);
void check_dead_deliveries(Site& site, Findings& found);
void check_calls_held(Site& site, Findings& found);
void check_backup(Site& site, Findings& found);
void check_lost_nodes(Site& site, Findings& found);
void check_statement_requests(Site& site, Findings& found);

} // namespace settled::cli::doctor
