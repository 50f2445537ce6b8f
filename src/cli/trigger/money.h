// Payments that the model provider registers, and money that the model bank reports.
#pragma once

#include "cli/trigger/scene.h"

#include <string>
#include <string_view>

namespace settled::cli {

struct TriggerPayment {
    std::string client_id;
    std::string account;       // IBAN of the payee
    std::string amount;        // "12.34", GBP
    std::string reference;     // at most 18 characters, or Faster Payments cuts it
    std::string end_to_end_id; // "": the provider makes one
};

// Registers it by the provider, and makes sure that it came to this server; `payment` gets its
// end-to-end id. Fails with state_conflict.
Result<> register_payment(Scene& scene, TriggerPayment& payment);
// The payment that is registered under this id, and still waits for money. Fails with not_found, state_conflict.
Result<TriggerPayment> payment_of(Scene& scene, const std::string& client_id);

struct TriggerMoney {
    std::string account;
    std::string amount;
    std::string reference;
    std::string end_to_end_id;
    std::int64_t cut = 0;
    bool blank = false;
    bool drop_id = false;
    int duplicates = 0;           // so many more webhooks of the same event
    std::string_view tamper = {}; // "signature"
    std::string_view payer = "A PAYER";
};
TriggerMoney money_of(const TriggerPayment& payment);
// The bank reports the money as settled.
struct Reported {
    std::string transaction;           // the bank's id
    std::vector<std::string> webhooks; // of the sandbox
};
Result<Reported> report_money(Scene& scene, const TriggerMoney& money);

} // namespace settled::cli
