// CHAPS: one payment an instruction; whatever is wrong with it comes by webhook.
#include "sandbox/bank/payments/payments.h"

#include "sandbox/base/uuid.h"

namespace settled::sandbox {

Result<std::string> Payments::instruct_chaps(const Instruction& instruction,
                                             const std::string& request_id) {
    if (!parts_.calendar.is_chaps_open())
        return fail(Code::state_conflict, "CHAPS is closed.");
    if (parts_.ledger.is_full())
        return fail(Code::limit_reached, "The bank takes no more payments.");
    const Treatment treatment = parts_.rules.decide(
        {instruction.creditor_name, instruction.end_to_end_id, instruction.amount.minor, false});
    accept(instruction, treatment, request_id);
    return make_uuid(parts_.rng);
}

// Why a CHAPS instruction that was taken cannot be executed; else "".
std::string Payments::chaps_reject_reason(const Instruction& instruction) const {
    const Accounts::Named debtor = parts_.accounts.named(instruction.debtor_account);
    if (!debtor.exists())
        return "Account not found";
    if (!debtor.is_enabled())
        return "Debit transactions disabled";
    if (parts_.ledger.balance_minor() < 0) // it is booked already
        return "InsufficientFunds; The account has insufficient funds";
    return {};
}

} // namespace settled::sandbox
