#include "connectors/clearbank/reject_codes.h"

#include "connectors/shown_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace settled::connectors::clearbank {

namespace {

using domain::Advice;

constexpr RejectMeaning retry(std::string_view code, std::string_view words) {
    return {code, words, Advice::retry};
}
constexpr RejectMeaning review(std::string_view code, std::string_view words) {
    return {code, words, Advice::review};
}
constexpr RejectMeaning never(std::string_view code, std::string_view words) {
    return {code, words, Advice::never};
}
constexpr RejectMeaning duplicate(std::string_view code, std::string_view words) {
    return {code, words, Advice::review, PaymentOutcome::duplicate};
}

constexpr std::array table{
    // CancellationCode. The bank gives advice for AC03 to AC09, AG01, BE08, MD09, MS03, PY01 and
    // some CB_ codes; the advice for the others is ours and never more hopeful than review, unless
    // the code names a condition that passes by itself.
    review("AC03", "The creditor's account number is not valid"),
    never("AC04", "The account is closed"),
    review("AC05", "The debtor's account is closed"),
    review("AC06", "The account is blocked"),
    review("AC07", "The creditor's account is closed"),
    review("AC09", "The account does not take this currency"),
    review("AC12", "The account is of a kind that does not take this payment"),
    never("AG01", "Payments to this kind of account are forbidden"),
    review("AG02", "The bank operation code is not valid"),
    never("AG03", "The receiving bank does not support this kind of payment"),
    review("AM09", "The amount is not the amount that was agreed"),
    retry("BE08", "A bank on the way had a technical error"),
    review("BE09", "The country code is missing or not valid"),
    review("BLBYTH", "The bank stopped the payment"),
    never("CB_AccountHoldersBankrupt", "The account holder is bankrupt"),
    review("CB_AccountNameAndNumberMismatch", "The account's name and number do not agree"),
    review("CB_AccountNameInvalid", "The account's name and number do not agree"),
    never("CB_AccountSwitched", "The account was switched to another bank"),
    review("CB_AuthenticationFailure", "The payment could not be authenticated"),
    retry("CB_CancelledByBoEController", "The Bank of England cancelled the payment"),
    review("CB_CancelledByChapsMember", "A CHAPS member cancelled the payment"),
    never("CB_CancelledCreditAccountDisabled", "The creditor's account is disabled"),
    review("CB_CancelledDebitAccountDisabled", "The debtor's account is disabled"),
    retry("CB_CancelledQueuedCloseOfBusiness", "The payment was still queued at close of business"),
    duplicate("CB_DupSttlmntOriginalIsQueued", "The bank has the same payment in its queue"),
    duplicate("CB_DupSttlmntOriginalWasRejected", "The bank rejected the same payment before"),
    review("CB_FailedModulusCheck", "The sort code and account number do not agree"),
    review("CB_InitiatingPartyActionRequired", "The receiving bank wants the sender to act"),
    review("CB_InitiatingPartyRequested", "The sender asked for the cancellation"),
    review("CB_InstructionCancelled", "The instruction was cancelled"),
    review("CB_InstructionCancelledByCustomer", "The customer cancelled the instruction"),
    retry("CB_InstructionHasExpired", "The instruction expired before it was carried out"),
    retry("CB_InvalidProcessorState", "The bank's payment system could not process the payment"),
    review("CB_NewAccountUpdatedWithDDI", "The account was moved with its direct debits"),
    review("CB_PaymentBeneficiaryNameMissing", "The creditor's name is missing"),
    review("CB_PaymentReferenceIncorrect", "The reference is not the one the creditor needs"),
    review("CB_PaymentReferenceMissing", "The creditor needs a reference"),
    review("CB_SenderNotInTertiaryMode", "The sending bank was not in contingency mode"),
    review("COSE", "The settlement system cancelled the payment"),
    review("CURR", "The currency is not correct"),
    retry("CUTO", "The payment came after the cut-off time"),
    review("DDAT", "The settlement date does not agree"),
    review("DMON", "The settlement amount does not agree"),
    duplicate("DU05", "The instruction id was used before"),
    never("HOPRJ", "The bank held the payment and declined it"),
    review("ICAG", "The agent is not correct"),
    review("IVAG", "The agent is not valid"),
    never("MD01", "There is no mandate"),
    never("MD07", "The customer is deceased"),
    never("MD09", "The receiving bank refuses the payment for good"),
    review("MS01", "No reason was given"),
    review("MS02", "The customer gave no reason"),
    retry("MS03", "The receiving bank gave no reason"),
    review("Manual", "A person at the bank cancelled the payment"),
    review("OTHR", "Another reason"),
    review("Other", "Another reason"),
    review("PY01", "The receiving bank cannot be reached by this scheme"),
    review("REFE", "The reference is not valid"),

    // `response` of the reply to a payment call.
    review("AccountDisabled", "The account is disabled"),
    review("DebitPaymentDisabled", "Payments from the debtor's account are disabled"),
    retry("InsufficientFunds", "The account has insufficient funds; retry when funded"),
    review("InvalidAccount", "The account is not valid"),
    review("InvalidCurrency", "The currency is not valid"),
    review("InvalidInstructionIdentification", "The bank does not accept the instruction id"),
    review("Rejected", "The bank rejected the payment and gave no reason"),

    // Texts of assessments: the bank's codes, then ours.
    review("UnexecutableCode.InboundPaymentDisabled", "The creditor's account takes no payments"),
    review("UnexecutableCode.InboundSchemeNotAccepted",
           "The creditor's account takes no payments by this scheme"),
    retry("UnexecutableCode.InsufficientFunds",
          "The account has insufficient funds; retry when funded"),
    review("UnexecutableCode.OutboundPaymentDisabled",
           "Payments from the debtor's account are disabled"),
    review("AccountNotFound", "The bank does not know the account"),
    review("ChapsRouteUnknown", "The creditor's bank cannot be reached by CHAPS"),
    duplicate("DuplicateTransaction", "The bank has a payment with this end-to-end id already"),
    review("FailedModulusCheck", "The sort code and account number do not agree"),
    review("SchemeLimitExceeded", "The amount is over the scheme's limit"),
    review(assessment_failed_code, "The bank's assessment refused the payment"),
    review(validation_failed_code, "The payment is not in the form that the bank accepts"),
};

// Texts that the bank publishes without a code; a prefix, in lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> texts_without_code{{
    {"insufficient funds", "InsufficientFunds"},
    {"scheme amount limit exceeded", "SchemeLimitExceeded"},
    {"modulus check failed", "FailedModulusCheck"},
    {"no internal account located", "AccountNotFound"},
    {"account not found", "AccountNotFound"},
    {"debit transactions disabled", "DebitPaymentDisabled"},
    {"creditor account number and sort code combination is invalid", "InvalidAccount"},
    {"unable to find chaps routing bic", "ChapsRouteUnknown"},
}};

std::string lower(std::string_view text) {
    std::string folded(text);
    for (char& c : folded)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
}

bool is_code_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

// "InsufficientFunds; The account has insufficient funds": what stands before the semicolon, if it
// is one word.
std::string_view code_before_semicolon(std::string_view text) {
    constexpr std::size_t code_bytes_max = 64;
    const std::size_t end = text.find(';');
    if (end == std::string_view::npos || end == 0 || end > code_bytes_max)
        return {};
    const std::string_view code = text.substr(0, end);
    return std::ranges::all_of(code, is_code_character) ? code : std::string_view();
}

std::optional<std::string> code_in(std::string_view text) {
    const std::string folded = lower(text);
    if (folded.find("duplicate") != std::string::npos)
        return "DuplicateTransaction";
    if (const std::string_view code = code_before_semicolon(text); !code.empty())
        return std::string(code);
    const auto* const known = std::ranges::find_if(
        texts_without_code, [&](const auto& entry) { return folded.starts_with(entry.first); });
    if (known == texts_without_code.end())
        return std::nullopt;
    return std::string(known->second);
}

} // namespace

std::span<const RejectMeaning> reject_meanings() {
    return table;
}

RejectMeaning meaning_of(std::string_view code) {
    const auto* const found = std::ranges::find(table, code, &RejectMeaning::code);
    return found == table.end() ? RejectMeaning{.code = code, .words = {}} : *found;
}

Refusal read_refusal(std::span<const std::string> texts, std::string_view default_code) {
    Refusal refusal;
    std::string joined;
    for (const std::string& text : texts) {
        joined.append(joined.empty() ? "" : "; ").append(text);
        const std::optional<std::string> code = code_in(text);
        if (!code)
            continue;
        const PaymentOutcome outcome = meaning_of(*code).outcome;
        if (refusal.code.empty() || outcome == PaymentOutcome::duplicate) {
            refusal.code = *code;
            refusal.outcome = outcome;
        }
    }
    if (refusal.code.empty())
        refusal.code = default_code;
    refusal.reason = shown_text(joined);
    return refusal;
}

} // namespace settled::connectors::clearbank
