// An account read back from the text under which it is shown: the reverse of
// domain::shown_account().
#pragma once

#include "domain/facts.h"

#include <string_view>

namespace settled::units {

// account_key_of() gives the same key for it as for the party that was shown so.
inline domain::Party party_shown_as(std::string_view account) {
    domain::Party party;
    const std::size_t space = account.rfind(' ');
    const bool is_numbers =
        space != account.npos && account.front() >= '0' && account.front() <= '9';
    if (is_numbers) {
        party.sort_code = account.substr(0, space);
        party.account_number = account.substr(space + 1);
    } else {
        party.iban = account;
    }
    return party;
}

} // namespace settled::units
