#include "sandbox/bank/api/fps_body.h"

#include "sandbox/bank/api/institution_test.h"

namespace settled::sandbox {
namespace {

std::string valid() {
    return fps_body("GB57CLRB04040100057354", {{}});
}

std::string with(std::string body, const std::string& text, const std::string& other) {
    const std::size_t at = body.find(text);
    EXPECT_NE(at, std::string::npos) << text;
    return body.replace(at, text.size(), other);
}

// The members that an answer of 400 names.
std::vector<std::string> members(const FieldErrors& errors) {
    const wire::JsonDocument answer = parsed(errors.answer().body);
    const wire::Json list = *answer.root().member("errors");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list.size(); ++i)
        names.emplace_back(list.name_at(i));
    return names;
}

TEST(FpsBody, is_read_exactly) {
    const auto read = read_fps_body(
        fps_body("GB57CLRB04040100057354",
                 {{}, {.amount = "999999.9", .extra = R"(,"enforceSendToScheme":true)"}}));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].amount.minor, 1234);
    EXPECT_EQ((*read)[0].debtor_account, "GB57CLRB04040100057354");
    EXPECT_EQ((*read)[0].creditor_account, "GB29NWBK60161331926819");
    EXPECT_EQ((*read)[0].creditor_name, "A Borrower");
    EXPECT_EQ((*read)[0].reference, "Loan 7");
    EXPECT_FALSE((*read)[0].enforce_send_to_scheme);
    EXPECT_EQ((*read)[1].amount.minor, 99'999'990);
    EXPECT_TRUE((*read)[1].enforce_send_to_scheme);
}

TEST(FpsBody, a_problem_names_the_member_that_is_wrong) {
    const std::string transfer = "paymentInstructions[0].creditTransfers[0].";
    struct Case {
        std::string body;
        std::string member;
    };
    const Case cases[] = {
        {"{", "$"},
        {"[]", "$"},
        {"{}", "paymentInstructions"},
        {R"({"paymentInstructions":[]})", "paymentInstructions"},
        {R"({"paymentInstructions":[7]})", "paymentInstructions[0]"},
        {with(valid(), "12.34", "12.345"), transfer + "amount.instructedAmount"},
        {with(valid(), "12.34", "0"), transfer + "amount.instructedAmount"},
        {with(valid(), "12.34", "-1"), transfer + "amount.instructedAmount"},
        {with(valid(), "12.34", "1e2"), transfer + "amount.instructedAmount"},
        {with(valid(), "12.34", R"("12.34")"), transfer + "amount.instructedAmount"},
        {with(valid(), R"("currency":"GBP")", R"("currency":7)"), transfer + "amount.currency"},
        {with(valid(), "A Borrower", ""), transfer + "creditor.name"},
        {with(valid(), "A Borrower", "Zoë"), transfer + "creditor.name"},
        {with(valid(), "A Borrower", std::string(141, 'a')), transfer + "creditor.name"},
        {with(valid(), "Loan 7", "Loan_7"),
         transfer + "remittanceInformation.structured.creditorReferenceInformation.reference"},
        {with(valid(), "Loan 7", std::string(36, 'a')),
         transfer + "remittanceInformation.structured.creditorReferenceInformation.reference"},
        {with(valid(), "E2E-1", std::string(36, 'a')),
         transfer + "paymentIdentification.endToEndIdentification"},
        {with(valid(), R"("remittanceInformation":{)", R"("other":{)"),
         transfer + "remittanceInformation"},
        {with(valid(), "1 High Street", "1 High Street #"),
         "paymentInstructions[0].debtor.address"},
        {with(valid(), R"("paymentInstructionIdentification":"p")",
              R"("paymentInstructionIdentification":null)"),
         "paymentInstructions[0].paymentInstructionIdentification"},
        {with(valid(), R"("paymentInstructionIdentification":"p")",
              R"("paymentInstructionIdentification":"p","paymentTypeCode":"XYZ")"),
         "paymentInstructions[0].paymentTypeCode"},
        {fps_body("GB57CLRB04040100057354", {{.extra = R"(,"enforceSendToScheme":null)"}}),
         transfer + "enforceSendToScheme"},
        {fps_body("GB57CLRB04040100057354", std::vector<Transfer>(11)),
         "paymentInstructions[0].creditTransfers"},
    };
    for (const Case& c : cases) {
        const auto read = read_fps_body(c.body);
        ASSERT_FALSE(read) << c.body;
        EXPECT_EQ(members(read.error()), std::vector<std::string>{c.member}) << c.body;
        EXPECT_EQ(read.error().answer().status, 400);
    }
}

TEST(FpsBody, all_that_is_wrong_is_said_at_once) {
    const auto read = read_fps_body(with(with(valid(), "12.34", "0"), "A Borrower", ""));
    ASSERT_FALSE(read);
    EXPECT_EQ(members(read.error()).size(), 2U);
}

} // namespace
} // namespace settled::sandbox
