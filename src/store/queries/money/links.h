// Links: a loan account and the virtual account at the bank that takes its money. One account, one
// IBAN: the store refuses a second live link of either.
#pragma once

#include "base/id.h"
#include "domain/link.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct LinkRow {
    LinkId id;
    std::string client_id; // may be empty
    ConnectorId connector;
    std::string core_banking; // a connector's name; empty: the link is stored here alone
    std::string loan_account_id;
    std::string owner_name;
    std::string asked_iban;  // empty: the bank chooses
    std::string external_id; // ours, by which the bank names the account
    domain::LinkStatus status = domain::LinkStatus::requested;
    std::string iban;
    std::string virtual_account_id;
    std::string errors = "[]";   // JSON: [{"code","text"}]
    std::int64_t generation = 1; // rises each time the loan is linked again
    std::int64_t version = 0;
    Instant created_at, updated_at;
    std::string loan_key; // in the core banking system; empty: the loan was not read

    bool is_live() const { return domain::is_live(status); }
};

// False: the loan or the IBAN has a live link.
Step<bool> insert_link(Session& s, TenantId tenant, const LinkRow& link);
Step<std::optional<LinkRow>> find_link(Session& s, TenantId tenant, LinkId id);
// The live link of a loan, else its last.
Step<std::optional<LinkRow>> find_link_of_loan(Session& s, TenantId tenant, ConnectorId connector,
                                               std::string_view loan_account_id);
Step<std::optional<LinkRow>> find_link_by_external_id(Session& s, TenantId tenant,
                                                      ConnectorId connector,
                                                      std::string_view external_id);
// The live link with this IBAN, at whatever connector.
Step<std::optional<LinkRow>> find_link_by_iban(Session& s, TenantId tenant, std::string_view iban);
Step<std::optional<LinkRow>> find_link_by_account(Session& s, TenantId tenant,
                                                  ConnectorId connector,
                                                  std::string_view virtual_account_id);
// False: another live link has the IBAN that it would get.
Step<bool> update_link(Session& s, TenantId tenant, const LinkRow& link);
// Newest first, below `before`.
Step<std::vector<LinkRow>> list_links(Session& s, TenantId tenant, std::int64_t before,
                                      std::size_t limit);

} // namespace settled::store
