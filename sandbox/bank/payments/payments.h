// What the model bank does with payments: it takes the institution's instructions, books them,
// decides their outcomes and reports these by webhook; it takes payments from outside in.
//
// Order of checks of an instruction: the answer's item says the first that fails of debtor account,
// debit disabled, currency, creditor account, funds (nothing is booked then); an Accepted one is
// then held against the duplicate check by end-to-end id (a duplicate is not booked), the format of
// the creditor's account, its existence at this bank and the scheme's limit (booked as rejected);
// rules decide the rest. A rule that asks for an item's word goes before all of these.
// Source: CB "Faster Payments", "Internal transfers", "Transaction data".
//
// Threads: used on one io_context only.
#pragma once

#include "base/rng.h"
#include "sandbox/bank/accounts/accounts.h"
#include "sandbox/bank/later.h"
#include "sandbox/bank/payments/bank_calendar.h"
#include "sandbox/bank/payments/instruction.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/payments/payment_rules.h"
#include "sandbox/bank/webhooks/payloads.h"
#include "sandbox/bank/webhooks/sender.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

class Payments {
  public:
    struct Parts {
        Accounts& accounts;
        Ledger& ledger;
        PaymentRules& rules;
        WebhookSender& sender;
        std::shared_ptr<Later> later;
        const Clock& clock;
        Rng& rng;
        const BankCalendar& calendar;
    };
    explicit Payments(Parts parts) : parts_(std::move(parts)) {}

    struct ItemResult {
        std::string end_to_end_id;
        std::string response; // Accepted, InsufficientFunds, InvalidAccount, …
        bool is_accepted() const { return response == "Accepted"; }
    };
    std::vector<ItemResult> instruct(const std::vector<Instruction>& instructions,
                                     const std::string& request_id);
    // The id of the payment. Fails with state_conflict while CHAPS is closed, and with limit_reached.
    Result<std::string> instruct_chaps(const Instruction& instruction,
                                       const std::string& request_id);
    // Fails with not_found, state_conflict or value_invalid; each is a 400 to the institution.
    Result<> return_inbound(const ReturnInstruction& instruction, const std::string& request_id);

    // A payment that a test makes happen: booked, and the webhook that reports it. One whose payer
    // has the name that is held waits for release or decline under its transaction id.
    Payload take_in(SettledPayment payment);

    // Orders of the control API; `id` is an end-to-end id or a transaction id of a payment out.
    // They fail with not_found, or state_conflict when the payment is not in a state for it.
    Result<> release(std::string_view id);
    Result<> decline(std::string_view id);
    Result<> settle(std::string_view id);
    Result<> reject(std::string_view id, const std::string& code);
    Result<> return_to_us(std::string_view id, const std::string& code);

  private:
    std::string item_response(const Instruction& instruction) const;
    std::string reject_reason(const Instruction& instruction) const;
    std::string chaps_reject_reason(const Instruction& instruction) const;
    void accept(const Instruction& instruction, const Treatment& treatment,
                const std::string& request_id);
    Booking booking_of(const Instruction& instruction, const std::string& request_id) const;
    void fail_message(Booking* booking, const Instruction& instruction, const Treatment& treatment);
    void follow(Booking& booking, const Treatment& treatment);
    void apply(Booking& booking, const Treatment& treatment);
    void settle_booking(Booking& booking, bool with_webhook);
    void credit_own_account(const Booking& debit, bool with_webhook);
    Result<> end_inbound_hold(std::string_view id, bool released);
    void reject_booking(Booking& booking, const std::string& code);
    Result<Booking*> payment_in_state(std::string_view id, BookingState state,
                                      BookingState or_state);
    void submit(Payload payload);

    Parts parts_;
    // How a held payment goes on once it is released, by the number of its booking.
    std::map<std::int64_t, Treatment> held_;
    std::map<std::string, SettledPayment, std::less<>> held_inbound_; // by transaction id
};

} // namespace settled::sandbox
