// The accounts that the bank lists: those that are not known here yet are stored, so that their
// money is recognised and they can be debited.
#pragma once

#include "connectors/clearbank/accounts.h"
#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

inline constexpr std::int64_t accounts_per_page = 100;

// The page that a list call asks for, from 1.
std::size_t page_of(const store::CallRow& call);
store::Step<> keep_account(store::Session& s, const UnitScope& work,
                           const connectors::clearbank::BankAccount& account);
// What a call for all accounts, or for the real one, was answered; nullopt: no readable reply came, and
// it is asked again. Under Lock::calls.
store::Step<> read_bank_accounts(store::Session& s, const UnitScope& work, const Bank& bank,
                                 const store::CallRow& call,
                                 const std::optional<domain::CallReply>& reply);

} // namespace settled::units
