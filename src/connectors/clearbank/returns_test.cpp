#include "connectors/clearbank/returns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace settled::connectors::clearbank {
namespace {

using domain::ReturnReason;

TEST(ClearbankReturns, every_reason_has_a_published_code_in_each_scheme) {
    constexpr std::array<std::string_view, 14> fps{
        "BeneficiarySortCodeOrAccountUnknown",
        "BeneficiaryAccountClosed",
        "BeneficiaryAccountStopped",
        "BeneficiaryDeceased",
        "AccountCannotBeIdentified",
        "BeneficiaryAccountNameDoesNotMatchBeneficiaryAccountNumber",
        "ReturnRequestedBySenderOfOriginalPayment",
        "AccountIsNotInCurrencyQuoted",
        "BeneficiaryNotExpectingFundsOrInstructedReturn",
        "TermsAndConditionsOfAccountDoNotPermitCreditingOfFunds",
        "SendingFpsInstitutionActionRequired",
        "AccountTransferred",
        "PaymentCannotBeAppliedBecauseOfBeneficiarySensitivities",
        "Other"};
    ASSERT_EQ(return_codes().size(), domain::return_reason_tokens().size());
    for (const std::string_view name : domain::return_reason_tokens()) {
        const ReturnReason reason = *domain::return_reason_named(name);
        const ReturnCodes& codes = return_codes(reason);
        EXPECT_EQ(codes.reason, reason) << name;
        EXPECT_NE(std::ranges::find(fps, codes.fps), fps.end()) << name;
        EXPECT_EQ(codes.chaps.size(), 4U) << name;
        EXPECT_NE(codes.chaps, "NARR") << name;
        EXPECT_NE(std::string_view("0235BC").find(codes.bacs), std::string_view::npos) << name;
    }
    EXPECT_EQ(return_codes(ReturnReason::account_closed).bacs, "B");
    EXPECT_EQ(return_codes(ReturnReason::requested_by_sender).bacs, "C");
}

TEST(ClearbankReturns, the_request_is_written_as_the_bank_publishes_it) {
    const domain::CallRequest request =
        fps_return_request("d9162680-7d35-7994-4e38-fa80716899a2", ReturnReason::account_closed);
    EXPECT_EQ(request.purpose, domain::CallPurpose::return_payment);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/v3/payments/fps/return");
    EXPECT_EQ(
        request.body,
        R"({"paymentReturnInstruction":{"TransactionId":"d9162680-7d35-7994-4e38-fa80716899a2","ReasonForReturn":"BeneficiaryAccountClosed"}})");
}

TEST(ClearbankReturns, each_scheme_has_its_deadline) {
    const auto fps = return_deadline("FasterPayments");
    ASSERT_TRUE(fps.has_value());
    EXPECT_EQ(fps->days, 90);
    EXPECT_FALSE(fps->are_working_days);
    const auto chaps = return_deadline("Chaps");
    ASSERT_TRUE(chaps.has_value());
    EXPECT_EQ(chaps->days, 1);
    EXPECT_TRUE(chaps->are_working_days);
    EXPECT_EQ(chaps->utc_time, std::nullopt);
    const auto bacs = return_deadline("Bacs");
    ASSERT_TRUE(bacs.has_value());
    EXPECT_TRUE(bacs->are_working_days);
    EXPECT_EQ(bacs->utc_time, std::chrono::minutes(15 * 60 + 30));
    EXPECT_FALSE(return_deadline("Transfer").has_value());
}

} // namespace
} // namespace settled::connectors::clearbank
