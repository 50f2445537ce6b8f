// The parts of the control API below /bank that have a file of their own. Each answers what is its
// own and leaves the rest (nullopt) to the next.
#pragma once

#include "sandbox/control/control.h"

#include <optional>

namespace settled::sandbox {

using Answer = Result<net::Response>;
using BankArea = std::optional<Answer> (*)(Sandbox& sandbox, const net::Request& request,
                                           const Path& path);

// Rules for payments, held payments, returns, funds, the lag of queries.
std::optional<Answer> control_bank_payments(Sandbox& sandbox, const net::Request& request,
                                            const Path& path);
// Bacs: credits, direct debits and mandates; the bank's calendar.
std::optional<Answer> control_bank_bacs(Sandbox& sandbox, const net::Request& request,
                                        const Path& path);
// Virtual accounts and the rules for them.
std::optional<Answer> control_bank_accounts(Sandbox& sandbox, const net::Request& request,
                                            const Path& path);
// Faults of the bank's API, and the calls that it received.
std::optional<Answer> control_bank_faults(Sandbox& sandbox, const net::Request& request,
                                          const Path& path);
// How statements are made.
std::optional<Answer> control_bank_statements(Sandbox& sandbox, const net::Request& request,
                                              const Path& path);
// The ledger and its summary.
std::optional<Answer> control_bank_ledger(Sandbox& sandbox, const net::Request& request,
                                          const Path& path);

} // namespace settled::sandbox
