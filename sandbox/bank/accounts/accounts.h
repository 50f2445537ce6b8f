// The model bank's books of virtual accounts under its one real, pooled account.
// Source: ClearBank "Virtual accounts" (POST /v2/Accounts/{id}/Virtual) and its webhooks
// VirtualAccountCreated and VirtualAccountCreationFailed v3.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace settled::sandbox {

struct VirtualAccount {
    std::string id;
    std::string owner_name;
    std::string external_id;
    std::string iban;
    bool enabled = true;
    Instant created_at;

    std::string bban() const { return iban.substr(4); }
};

// What a client asks for: an IBAN of its choice, or an external id for which the bank picks one.
struct AccountOrder {
    std::string owner_name;
    std::string iban;
    std::string external_id;
};

inline const std::string real_account_name = "Sandbox pooled account";

class Accounts {
  public:
    Accounts(const Clock& clock, Rng& rng);

    const std::string& real_account_id() const { return real_account_id_; }
    // The same in every run: it is named in configuration.
    const std::string& real_account_iban() const { return real_account_iban_; }

    // Opens it, or says which code and text the bank's failure webhook would carry.
    struct Refusal {
        std::string code;
        std::string text;
    };
    std::expected<const VirtualAccount*, Refusal> open(const AccountOrder& order);
    // False if there is none.
    bool disable(std::string_view id);

    const std::vector<VirtualAccount>& all() const { return accounts_; }
    const VirtualAccount* by_id(std::string_view id) const;
    const VirtualAccount* by_iban(std::string_view iban) const;
    // The account that a payment names by IBAN or by the digits of sort code and account number:
    // whether this bank would have it, and which one it is.
    struct Named {
        bool is_of_this_bank = false;
        bool is_real = false;                       // the real account
        const VirtualAccount* is_virtual = nullptr; // or one below it
        bool exists() const { return is_real || is_virtual != nullptr; }
        bool is_enabled() const {
            return is_real || (is_virtual != nullptr && is_virtual->enabled);
        }
    };
    Named named(std::string_view account) const;
    const std::string& owner_of(const Named& account) const; // which exists
    const std::string& iban_of(const Named& account) const;

  private:
    const Clock& clock_;
    Rng& rng_;
    std::string real_account_id_;
    std::string real_account_iban_;
    std::uint32_t next_number_ = 10'000'000;
    std::vector<VirtualAccount> accounts_;
    std::unordered_map<std::string, std::size_t> by_id_;
    std::unordered_map<std::string, std::size_t> by_iban_;
    std::unordered_map<std::string, std::size_t> by_external_id_;
};

} // namespace settled::sandbox
