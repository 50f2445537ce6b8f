// A core banking system, as the store has it: its settings, and the bank whose money is booked there.
//
// What happens to its postings, bookings and links also concerns orders, returns and links of that
// bank. So all of it is changed under one lock, Lock::calls of the bank's connector; the calls of the
// core banking system's own connector in addition under its own.
#pragma once

#include "connectors/mambu/settings.h"
#include "store/lock.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"

#include <optional>
#include <string_view>

namespace settled::units {

struct CoreBank {
    ConnectorId id;
    std::string name;
    Instant created_at; // what was booked earlier is never paid or taken back by itself
    connectors::mambu::Settings settings;
    Bank bank;
};

// nullopt: the tenant has none of that name, or the bank that its settings name does not exist.
store::Step<std::optional<CoreBank>> find_core_bank(store::Session& s, TenantId tenant,
                                                    std::string_view name);
store::Step<std::optional<CoreBank>> find_core_bank(store::Session& s, TenantId tenant,
                                                    ConnectorId id);
// The first one whose settings name that bank.
store::Step<std::optional<CoreBank>> core_bank_of(store::Session& s, TenantId tenant,
                                                  const Bank& bank);

// What a unit that changes calls of a connector locks.
store::Step<store::Locks> locks_of_calls(store::Session& s, TenantId tenant,
                                         const std::optional<Bank>& connector, ConnectorId id);

} // namespace settled::units
