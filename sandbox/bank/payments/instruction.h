// One payment that the institution instructs: a credit transfer of POST /v3/payments/fps, or of
// POST /payments/chaps/v6/customer-payments.
#pragma once

#include "base/money.h"

#include <string>

namespace settled::sandbox {

struct Instruction {
    std::string instruction_id;
    std::string end_to_end_id;
    std::string debtor_account; // IBAN, or the digits of sort code and account number
    std::string debtor_address;
    Money amount;
    bool is_sterling = true; // otherwise the amount is what the digits say in pounds
    std::string creditor_name;
    std::string creditor_account; // as debtor_account
    std::string reference;
    bool enforce_send_to_scheme = false;
    std::string scheme = "FasterPayments"; // or Chaps
};

// A return of an inbound payment: POST /v3/payments/fps/return, /payments/chaps/v6/return-payments.
struct ReturnInstruction {
    std::string transaction_id;
    std::string reason;
    std::string scheme = "FasterPayments"; // or Chaps
    std::string instruction_id = {};       // of CHAPS
};

} // namespace settled::sandbox
