// A link: a loan account and the virtual account at the bank whose IBAN takes its money.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

// Tokens are in the store and in the API: never rename.
enum class LinkStatus : std::uint8_t {
    requested, // the bank is asked to open the account, or has not said that it did
    active,    // money that arrives belongs to the loan
    failed,    // the bank refused, or the loan is linked to something else
    disabled,  // the account is closed; the record stays
};
std::string_view token(LinkStatus status);
std::optional<LinkStatus> link_status_named(std::string_view token);
std::span<const std::string_view> link_status_tokens();
// One loan and one IBAN have one live link at most: requested, active.
bool is_live(LinkStatus status);

// What a client asks for, validated.
struct NewLink {
    std::string client_id; // may be empty
    std::string connector;
    std::string core_banking; // a connector's name; empty: the link is stored here alone
    std::string loan_account_id;
    std::string owner_name; // empty: read from the loan's account holder
    std::string iban;       // empty: the bank chooses
};

} // namespace settled::domain
