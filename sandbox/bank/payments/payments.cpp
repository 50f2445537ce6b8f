#include "sandbox/bank/payments/payments.h"

#include "base/assert.h"
#include "base/iban.h"
#include "sandbox/bank/webhooks/payment_payloads.h"
#include "sandbox/base/uuid.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::sandbox {

namespace {

constexpr std::int64_t fps_limit_minor = 100'000'000; // CB "Faster Payments": GBP 1,000,000

bool is_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_letters(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// ^GB[0-9]{2}[A-Z]{4}[0-9]{14}$, or the digits of sort code and account number.
bool has_account_format(std::string_view account) {
    if (account.size() == 14)
        return is_digits(account);
    return account.size() == 22 && account.starts_with("GB") && is_digits(account.substr(2, 2)) &&
           is_letters(account.substr(4, 4)) && is_digits(account.substr(8));
}

bool fails_check_digits(const std::string& account) {
    return account.size() == 22 && has_account_format(account) && !iban_check_digits_hold(account);
}

} // namespace

std::vector<Payments::ItemResult> Payments::instruct(const std::vector<Instruction>& instructions,
                                                     const std::string& request_id) {
    std::vector<ItemResult> results;
    for (const Instruction& instruction : instructions) {
        const Treatment treatment =
            parts_.rules.decide({instruction.creditor_name, instruction.end_to_end_id,
                                 instruction.amount.minor, false});
        ItemResult result{instruction.end_to_end_id, treatment.outcome == Outcome::item_response
                                                         ? treatment.detail
                                                         : item_response(instruction)};
        if (result.is_accepted())
            accept(instruction, treatment, request_id);
        results.push_back(std::move(result));
    }
    return results;
}

std::string Payments::item_response(const Instruction& instruction) const {
    // Nothing is accepted that the ledger would not show.
    if (parts_.ledger.is_full())
        return "Rejected";
    const Accounts::Named debtor = parts_.accounts.named(instruction.debtor_account);
    if (!debtor.exists() || fails_check_digits(instruction.creditor_account))
        return "InvalidAccount";
    if (!debtor.is_enabled())
        return "DebitPaymentDisabled";
    if (!instruction.is_sterling)
        return "InvalidCurrency";
    if (instruction.amount.minor > parts_.ledger.balance_minor())
        return "InsufficientFunds";
    return "Accepted";
}

// Why the bank finds, after it has accepted an instruction, that it cannot be executed; else "".
std::string Payments::reject_reason(const Instruction& instruction) const {
    const Accounts::Named creditor = parts_.accounts.named(instruction.creditor_account);
    if (creditor.is_of_this_bank && !creditor.exists())
        return "No internal account located for Creditor main account with BBAN in payment "
               "instruction";
    if (creditor.is_of_this_bank && !creditor.is_enabled())
        return "UnexecutableCode.InboundPaymentDisabled; Inbound payment disabled";
    if (instruction.scheme == "Chaps")
        return chaps_reject_reason(instruction);
    if (instruction.amount.minor > fps_limit_minor)
        return fmt::format("Scheme amount limit exceeded. {} exceeds the limit of 1000000 for "
                           "transaction with endtoendid {}",
                           decimal(instruction.amount), instruction.end_to_end_id);
    return {};
}

Booking Payments::booking_of(const Instruction& instruction, const std::string& request_id) const {
    const Accounts::Named debtor = parts_.accounts.named(instruction.debtor_account);
    const Accounts::Named creditor = parts_.accounts.named(instruction.creditor_account);
    const bool stays_here = creditor.exists() && !instruction.enforce_send_to_scheme;
    Booking booking;
    booking.transaction_id = make_uuid(parts_.rng);
    booking.scheme_id = make_uuid(parts_.rng);
    booking.end_to_end_id = instruction.end_to_end_id;
    booking.amount = instruction.amount;
    booking.scheme = stays_here ? "Transfer" : instruction.scheme;
    if (booking.scheme == "Chaps") // field 20: the remitting bank's
        booking.scheme_id = instruction.instruction_id;
    booking.account =
        debtor.exists() ? parts_.accounts.iban_of(debtor) : instruction.debtor_account;
    booking.account_owner = debtor.exists() ? parts_.accounts.owner_of(debtor) : std::string();
    booking.counterpart = instruction.creditor_account;
    booking.counterpart_name = instruction.creditor_name;
    booking.reference = instruction.reference;
    booking.request_id = request_id;
    booking.created = parts_.clock.now();
    return booking;
}

void Payments::accept(const Instruction& instruction, const Treatment& treatment,
                      const std::string& request_id) {
    if (!parts_.ledger.take_end_to_end_id(instruction.end_to_end_id)) {
        fail_message(nullptr, instruction,
                     {Outcome::assessment, "Duplicate transaction has been detected"});
        return;
    }
    const Result<Booking*> booked = parts_.ledger.book(booking_of(instruction, request_id));
    SETTLED_ASSERT(booked, "what is accepted has its place in the ledger");
    if (!has_account_format(instruction.creditor_account)) {
        fail_message(
            *booked, instruction,
            {Outcome::validation, "Payments-0[0].Creditor IBAN - must match regex pattern"});
        return;
    }
    const std::string reason = reject_reason(instruction);
    if (!reason.empty())
        fail_message(*booked, instruction, {Outcome::assessment, reason});
    else if (treatment.outcome == Outcome::assessment || treatment.outcome == Outcome::validation)
        fail_message(*booked, instruction, treatment);
    else
        follow(**booked, treatment);
}

void Payments::fail_message(Booking* booking, const Instruction& instruction,
                            const Treatment& treatment) {
    if (booking != nullptr) {
        booking->reason = treatment.detail;
        parts_.ledger.move(*booking, BookingState::rejected, parts_.clock.now());
    }
    Payload payload = treatment.outcome == Outcome::validation
                          ? validation_failed(instruction, treatment.detail, parts_.rng)
                          : assessment_failed(instruction, treatment.detail, parts_.rng);
    parts_.later->after(treatment.delay, [this, payload = std::move(payload)] { submit(payload); });
}

// When the sender is full the payment is booked anyway; the ledger and the query show it.
void Payments::submit(Payload payload) {
    static_cast<void>(parts_.sender.submit(std::move(payload)));
}

} // namespace settled::sandbox
