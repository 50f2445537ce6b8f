#include "connectors/clearbank/reject_codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace settled::connectors::clearbank {
namespace {

using domain::Advice;

TEST(ClearbankRejectCodes, each_code_stands_in_the_table_once_and_has_words) {
    std::set<std::string_view> codes;
    for (const RejectMeaning& meaning : reject_meanings()) {
        EXPECT_TRUE(codes.insert(meaning.code).second) << meaning.code;
        EXPECT_FALSE(meaning.words.empty()) << meaning.code;
        EXPECT_NE(meaning.advice, Advice::none) << meaning.code;
        EXPECT_NE(meaning.outcome, PaymentOutcome::held) << meaning.code;
    }
}

TEST(ClearbankRejectCodes, every_published_cancellation_code_is_known) {
    for (const char* code : {"AC03",
                             "AC04",
                             "AC05",
                             "AC06",
                             "AC07",
                             "AC09",
                             "AC12",
                             "AG01",
                             "AG02",
                             "AG03",
                             "AM09",
                             "BE08",
                             "BE09",
                             "BLBYTH",
                             "CB_AccountHoldersBankrupt",
                             "CB_AccountNameAndNumberMismatch",
                             "CB_AccountNameInvalid",
                             "CB_AccountSwitched",
                             "CB_AuthenticationFailure",
                             "CB_CancelledByBoEController",
                             "CB_CancelledByChapsMember",
                             "CB_CancelledCreditAccountDisabled",
                             "CB_CancelledDebitAccountDisabled",
                             "CB_CancelledQueuedCloseOfBusiness",
                             "CB_DupSttlmntOriginalIsQueued",
                             "CB_DupSttlmntOriginalWasRejected",
                             "CB_FailedModulusCheck",
                             "CB_InitiatingPartyActionRequired",
                             "CB_InitiatingPartyRequested",
                             "CB_InstructionCancelled",
                             "CB_InstructionCancelledByCustomer",
                             "CB_InstructionHasExpired",
                             "CB_InvalidProcessorState",
                             "CB_NewAccountUpdatedWithDDI",
                             "CB_PaymentBeneficiaryNameMissing",
                             "CB_PaymentReferenceIncorrect",
                             "CB_PaymentReferenceMissing",
                             "CB_SenderNotInTertiaryMode",
                             "COSE",
                             "CURR",
                             "CUTO",
                             "DDAT",
                             "DMON",
                             "DU05",
                             "HOPRJ",
                             "ICAG",
                             "IVAG",
                             "MD01",
                             "MD07",
                             "MS01",
                             "MS02",
                             "MS03",
                             "Manual",
                             "OTHR",
                             "Other",
                             "PY01",
                             "REFE"})
        EXPECT_FALSE(meaning_of(code).words.empty()) << code;
}

TEST(ClearbankRejectCodes, the_advice_is_the_bank_s) {
    const struct {
        const char* code;
        Advice advice;
    } cases[] = {{"AC03", Advice::review},
                 {"AG01", Advice::never},
                 {"BE08", Advice::retry},
                 {"MD09", Advice::never},
                 {"MS03", Advice::retry},
                 {"PY01", Advice::review},
                 {"CB_AccountHoldersBankrupt", Advice::never},
                 {"CB_AccountNameAndNumberMismatch", Advice::review},
                 {"CB_AccountSwitched", Advice::never},
                 {"CB_InitiatingPartyActionRequired", Advice::review},
                 {"CB_PaymentReferenceMissing", Advice::review},
                 {"InsufficientFunds", Advice::retry},
                 {"HOPRJ", Advice::never}};
    for (const auto& c : cases)
        EXPECT_EQ(meaning_of(c.code).advice, c.advice) << c.code;
}

TEST(ClearbankRejectCodes, an_unpublished_code_is_for_review) {
    const RejectMeaning meaning = meaning_of("ZZ99");
    EXPECT_EQ(meaning.code, "ZZ99");
    EXPECT_EQ(meaning.words, "");
    EXPECT_EQ(meaning.advice, Advice::review);
    EXPECT_EQ(meaning.outcome, PaymentOutcome::rejected);
}

TEST(ClearbankRejectCodes, published_texts_have_a_code) {
    const struct {
        std::vector<std::string> texts;
        const char* code;
        Advice advice;
        PaymentOutcome outcome = PaymentOutcome::rejected;
    } cases[] = {
        {{"Duplicate transaction has been detected"},
         "DuplicateTransaction",
         Advice::review,
         PaymentOutcome::duplicate},
        {{"UnexecutableCode.DuplicatePayment; Duplicate payment"},
         "DuplicateTransaction",
         Advice::review,
         PaymentOutcome::duplicate},
        {{"Modulus check failed", "DUPLICATE TRANSACTION has been detected"},
         "DuplicateTransaction",
         Advice::review,
         PaymentOutcome::duplicate},
        {{"InsufficientFunds; The account has insufficient funds"},
         "InsufficientFunds",
         Advice::retry},
        {{"Insufficient Funds"}, "InsufficientFunds", Advice::retry},
        {{"Scheme amount limit exceeded. 1000000.01 exceeds the limit of 1000000 for transaction "
          "with endtoendid E2E-1"},
         "SchemeLimitExceeded",
         Advice::review},
        {{"UnexecutableCode.InboundSchemeNotAccepted; Inbound scheme not accepted"},
         "UnexecutableCode.InboundSchemeNotAccepted",
         Advice::review},
        {{"UnexecutableCode.OutboundPaymentDisabled; Outbound payment disabled"},
         "UnexecutableCode.OutboundPaymentDisabled",
         Advice::review},
        {{"Modulus check failed"}, "FailedModulusCheck", Advice::review},
        {{"No internal account located for Creditor main account with BBAN in payment instruction"},
         "AccountNotFound",
         Advice::review},
        {{"Debit transactions disabled"}, "DebitPaymentDisabled", Advice::review},
        {{"Creditor account number and sort code combination is invalid"},
         "InvalidAccount",
         Advice::review},
        {{"Unable to find chaps routing bic for iban 'GB57' sort code"},
         "ChapsRouteUnknown",
         Advice::review},
        {{"Something new"}, "AssessmentFailed", Advice::review},
        {{"Something new; with a semicolon"}, "AssessmentFailed", Advice::review},
        {{"NewCode; words"}, "NewCode", Advice::review},
        {{}, "AssessmentFailed", Advice::review},
    };
    for (const auto& c : cases) {
        const Refusal refusal = read_refusal(c.texts, assessment_failed_code);
        EXPECT_EQ(refusal.code, c.code);
        EXPECT_EQ(refusal.outcome, c.outcome) << c.code;
        EXPECT_EQ(meaning_of(refusal.code).advice, c.advice) << c.code;
    }
}

TEST(ClearbankRejectCodes, the_texts_are_joined_and_bounded) {
    const std::vector<std::string> two{"one\ntwo", "three"};
    EXPECT_EQ(read_refusal(two, validation_failed_code).reason, "one two; three");
    EXPECT_EQ(read_refusal(two, validation_failed_code).code, "ValidationFailed");
    const std::vector<std::string> long_text{std::string(511, 'x') + "é"};
    EXPECT_EQ(read_refusal(long_text, validation_failed_code).reason, std::string(511, 'x'));
}

} // namespace
} // namespace settled::connectors::clearbank
