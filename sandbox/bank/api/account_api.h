// The model bank's answers about accounts: the real one and the virtual ones below it.
// Source: ClearBank endpoints GET /v3/Accounts[/{id}], GET /v2/Accounts/{id}/Virtual[/{id}].
#pragma once

#include "net/http.h"
#include "sandbox/bank/accounts/accounts.h"

#include <cstdint>
#include <string>

namespace settled::sandbox {

net::Response show_real_accounts(const Accounts& accounts, std::int64_t balance_minor,
                                 const net::Request& request);
net::Response show_real_account(const Accounts& accounts, std::int64_t balance_minor);
net::Response show_virtual_accounts(const Accounts& accounts, const net::Request& request);
net::Response show_virtual_account(const Accounts& accounts, const std::string& id);

} // namespace settled::sandbox
