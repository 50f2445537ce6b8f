// Virtual accounts (one IBAN for one loan) and the real account that holds their money: requests,
// and what the bank replies.
//
// The reply to opening an account names neither its id nor its IBAN: a webhook or the list does.
// Source: ClearBank OpenAPI files "sterling v1", "v2" and "v3", webhook page "Virtual Account
// Creation Failed".
#pragma once

#include "base/error.h"
#include "domain/call.h"
#include "domain/facts.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::clearbank {

// The account's id is that of the institution's real account. With `iban` empty the bank chooses
// one for the external id; otherwise the IBAN identifies the account and the external id is not
// sent, since the bank takes one identifier only. An external id has at most 50 characters.
domain::CallRequest open_account_request(std::string_view institution_account,
                                         std::string_view owner_name, std::string_view iban,
                                         std::string_view external_id);
domain::CallRequest disable_account_request(std::string_view institution_account,
                                            std::string_view virtual_account_id);
// Pages count from 1. Disabled accounts are listed too.
domain::CallRequest list_accounts_request(std::string_view institution_account,
                                          std::int64_t page_number, std::int64_t page_size);
domain::CallRequest find_account_request(std::string_view account_id);

struct BankAccount {
    std::string id;
    std::string external_id; // where the bank shows it
    std::string iban;
    std::string bban;
    std::string owner_name;
    bool is_enabled = true;
};
struct AccountPage {
    std::vector<BankAccount> accounts;
    // A page with fewer accounts than were asked for is the last.
    std::size_t size() const { return accounts.size(); }
};
// The body of a list. Fails with reply_unreadable when it is no list, or an account of it has no
// id or neither IBAN nor BBAN: a list with a gap would make an account look free.
Result<AccountPage> read_accounts(std::string_view body);

struct RealAccount {
    std::string id;
    std::string name;
    std::string iban;
    std::string bban;
    std::string status; // the bank's word: "Enabled", …
    bool is_enabled = true;
};
Result<RealAccount> read_account(std::string_view body);

// What the bank's code in VirtualAccountCreationFailed means, for people; "" when it is not known.
std::string_view account_refusal_words(std::string_view code);
// "AccountIbanSortCode: The sort code of the IBAN is not valid (Invalid Sort Code); …", at most 512
// bytes.
std::string account_refusal_text(const domain::AccountRefusedFact& fact);

} // namespace settled::connectors::clearbank
