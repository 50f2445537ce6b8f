// What passes through the model bank by Bacs: a credit or a direct debit on its three days, or a
// mandate.
#pragma once

#include "base/money.h"

#include <cstdint>
#include <string>

namespace settled::sandbox {

enum class BacsKind : std::uint8_t { credit, direct_debit, unapplied };
enum class BacsState : std::uint8_t { announced, held, blocked, recalled, settled, returned };

struct BacsItem {
    BacsKind kind = BacsKind::credit;
    BacsState state = BacsState::announced;
    std::string id;        // BacsTransactionId
    std::string return_id; // that of its return
    Money amount;
    std::string account; // IBAN, of the institution
    std::string account_owner;
    std::string other_account; // 14 digits of sort code and account number
    std::string other_name;
    std::string reference;
    std::string transaction_id; // once settled
    std::string day;            // of processing: "2026-11-30"
};

struct BacsMandate {
    std::string id;
    std::string account; // IBAN, of the institution
    std::string originator;
    std::string reference;
};

} // namespace settled::sandbox
