#include "connectors/clearbank/returns.h"

#include "wire/json_writer.h"

#include <array>

namespace settled::connectors::clearbank {

namespace {

using enum domain::ReturnReason;

constexpr std::array<ReturnCodes, 9> table{{
    {account_closed, "BeneficiaryAccountClosed", "AC04", "B"},
    {account_unknown, "BeneficiarySortCodeOrAccountUnknown", "AC01", "5"},
    {account_stopped, "BeneficiaryAccountStopped", "AC06", "0"},
    {beneficiary_deceased, "BeneficiaryDeceased", "MD07", "2"},
    {name_mismatch, "BeneficiaryAccountNameDoesNotMatchBeneficiaryAccountNumber", "BE01", "0"},
    {requested_by_sender, "ReturnRequestedBySenderOfOriginalPayment", "FOCR", "C"},
    {not_expected, "BeneficiaryNotExpectingFundsOrInstructedReturn", "MS02", "0"},
    {terms_do_not_permit, "TermsAndConditionsOfAccountDoNotPermitCreditingOfFunds", "AG01", "0"},
    {other, "Other", "MS03", "0"},
}};

constexpr bool stands_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].reason) != i)
            return false;
    return true;
}
static_assert(stands_in_order());

} // namespace

std::span<const ReturnCodes> return_codes() {
    return table;
}

const ReturnCodes& return_codes(domain::ReturnReason reason) {
    return table[static_cast<std::size_t>(reason)];
}

std::optional<ReturnDeadline> return_deadline(std::string_view scheme) {
    using std::chrono::hours;
    using std::chrono::minutes;
    if (scheme == "FasterPayments")
        return ReturnDeadline{.days = static_cast<int>(fps_return_within.count()),
                              .are_working_days = false,
                              .utc_time = std::nullopt};
    if (scheme == "Chaps")
        return ReturnDeadline{.days = 1, .are_working_days = true, .utc_time = std::nullopt};
    if (scheme == "Bacs")
        return ReturnDeadline{
            .days = 1, .are_working_days = true, .utc_time = hours(15) + minutes(30)};
    return std::nullopt;
}

domain::CallRequest fps_return_request(std::string_view bank_transaction_id,
                                       domain::ReturnReason reason) {
    wire::JsonWriter w;
    // Capitals here and only here: so the bank publishes it.
    w.object().key("paymentReturnInstruction").object();
    w.member("TransactionId", bank_transaction_id);
    w.member("ReasonForReturn", return_codes(reason).fps).end().end();
    return {.purpose = domain::CallPurpose::return_payment,
            .method = "POST",
            .target = "/v3/payments/fps/return",
            .body = std::move(w).text()};
}

} // namespace settled::connectors::clearbank
