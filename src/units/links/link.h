// A loan account gets a virtual account at the bank, and loses it again.
//
// The bank's 202 names neither id nor IBAN: VirtualAccountCreated or VirtualAccountCreationFailed
// does, in any order, also before the 202. Where neither can be waited for (no readable reply, the
// account exists already), the bank's list of accounts is read, and an account with our external id
// or with the IBAN that was asked for is adopted.
#pragma once

#include "domain/call.h"
#include "domain/facts.h"
#include "store/queries/calls.h"
#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::units {

struct LinkRequest {
    TenantId tenant;
    std::string client_id;
    std::string connector;
    std::string core_banking;
    std::string loan_account_id;
    std::string owner_name;
    std::string iban; // empty: the bank chooses
    Instant now;
};
struct LinkAnswer {
    store::LinkRow link;
    std::string connector; // its name
    bool is_new = false;
};
// Commits the link with its call. The same again is the same link. Fails, and writes nothing, with:
// connector_unknown, connector_receives_only, loan_linked, iban_taken.
store::Step<Result<LinkAnswer>> register_link(store::Session& s, const Context& context,
                                              std::shared_ptr<const LinkRequest> request);
// Disables the account at the bank; the record stays. not_found, state_conflict (it is not active).
store::Step<Result<LinkAnswer>> disable_link(store::Session& s, const Context& context,
                                             TenantId tenant, LinkId id, Instant now);

// What came of a try of a call about accounts. Under Lock::calls.
store::Step<> read_link_reply(store::Session& s, const UnitScope& work, const Bank& bank,
                              const store::CallRow& call, const domain::ReplyVerdict& verdict,
                              const std::optional<domain::CallReply>& reply);
// The bank says that an account is open, or that it refused to open one. False: no link asked.
store::Step<bool> link_opened(store::Session& s, const UnitScope& work, ConnectorId connector,
                              WebhookId webhook, const domain::AccountOpenedFact& fact);
store::Step<bool> link_refused(store::Session& s, const UnitScope& work, ConnectorId connector,
                               WebhookId webhook, const domain::AccountRefusedFact& fact);

// Reads the bank's list of virtual accounts and its real account now: at start and on demand.
store::Step<> list_accounts_of(store::Session& s, UnitScope work, ConnectorId connector);
store::Step<> list_bank_accounts(store::Session& s, const UnitScope& work, const Bank& bank);

} // namespace settled::units
