// What becomes of orders for virtual accounts: rules that a test sets, tried in order; the first
// that fits decides. Without one the bank's own checks do.
//
// Threads: used on one io_context only.
#pragma once

#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/webhooks/payloads.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace settled::sandbox {

enum class AccountOutcome : std::uint8_t {
    open,   // as the bank's checks say
    refuse, // VirtualAccountCreationFailed with the code
    silent, // as the bank's checks say, without a webhook
};

struct AccountTreatment {
    AccountOutcome outcome = AccountOutcome::open;
    Accounts::Refusal refusal;
    std::chrono::milliseconds delay{0}; // of the webhook
    AccountSpelling spelling = AccountSpelling::example;
};

struct AccountRule {
    std::string external_id_prefix; // empty: any
    std::string iban;               // empty: any
    std::uint64_t count_max = 0;    // times that it decides; 0: no limit
    AccountTreatment treatment;

    std::uint64_t decided = 0;
};

class AccountRules {
  public:
    void set(std::vector<AccountRule> rules) { rules_ = std::move(rules); }
    // Each call counts as one order.
    AccountTreatment decide(const AccountOrder& order);

  private:
    std::vector<AccountRule> rules_;
};

} // namespace settled::sandbox
