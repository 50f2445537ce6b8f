// What the bank's codes for a payment that was not made mean, and what a client may do about it.
//
// One table for all the bank's vocabularies, which do not overlap: the CancellationCode of
// TransactionRejected, the `response` words of the reply to a payment call, and the texts of
// PaymentMessageAssesmentFailed and PaymentMessageValidationFailed. Those texts are an open list
// and most have no code: text before a ';' is the bank's code, known texts get a code from us,
// all others `AssessmentFailed` or `ValidationFailed`. Source: ClearBank pages "Faster Payments"
// (advice), "Transaction Rejected v2", "Payment Message Assesment Failed v1".
#pragma once

#include "domain/facts.h"
#include "domain/order.h"

#include <span>
#include <string>
#include <string_view>

namespace settled::connectors::clearbank {

using PaymentOutcome = domain::PaymentOutcomeFact::Outcome;

struct RejectMeaning {
    std::string_view code;
    std::string_view words; // for people
    domain::Advice advice = domain::Advice::review;
    // `duplicate`: the bank holds an instruction with this end-to-end id already, so this is no
    // rejection: the first one may have been paid.
    PaymentOutcome outcome = PaymentOutcome::rejected;
};

// The whole table, for tests and documents.
std::span<const RejectMeaning> reject_meanings();

// Never fails: of a code that is not in the table the words are empty and the advice is review,
// since the bank does not say that the same payment may be sent again.
RejectMeaning meaning_of(std::string_view code);

// What an assessment or a validation says about one payment: the code, and the texts joined.
struct Refusal {
    PaymentOutcome outcome = PaymentOutcome::rejected;
    std::string code;
    std::string reason; // at most 512 bytes
};
// `default_code` is the code of texts that are not known. If one of several texts names a
// duplicate, the payment is one.
Refusal read_refusal(std::span<const std::string> texts, std::string_view default_code);

inline constexpr std::string_view assessment_failed_code = "AssessmentFailed";
inline constexpr std::string_view validation_failed_code = "ValidationFailed";

} // namespace settled::connectors::clearbank
