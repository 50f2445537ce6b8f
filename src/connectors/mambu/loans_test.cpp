#include "connectors/mambu/loans.h"

#include <gtest/gtest.h>

namespace settled::connectors::mambu {
namespace {

using domain::CallPurpose;

const Currency gbp = *Currency::parse("GBP");

// As documented (schema LoanAccount), cut to what is read.
constexpr std::string_view documented =
    R"({"encodedKey":"8a8186e5","id":"LN-4711","accountHolderType":"CLIENT","accountHolderKey":"8a81client",)"
    R"("creationDate":"2026-10-06T13:37:50+01:00","accountState":"ACTIVE","loanAmount":1000,)"
    R"("currency":{"code":"GBP"},"balances":{"feesBalance":0,"interestBalance":1.2345678,)"
    R"("penaltyBalance":0,"principalBalance":998.7700},)"
    R"("_ClearBank_Loan":{"virtualAccountId":"va-1","ibanLoan":"GB57CLRB04040100057354"}})";

TEST(MambuLoans, a_loan_is_asked_for_in_full) {
    const auto request = read_loan_request("LN/47 11");
    EXPECT_EQ(request.purpose, CallPurpose::read_loan);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/loans/LN%2F47%2011?detailsLevel=FULL");
    EXPECT_EQ(request.body, "");
}

TEST(MambuLoans, loans_are_searched_by_a_custom_field) {
    const auto request = find_loans_request(LoanFields{}.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(request.purpose, CallPurpose::find_loans);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/loans:search?detailsLevel=FULL&offset=0&limit=2");
    EXPECT_EQ(
        request.body,
        R"({"filterCriteria":[{"field":"_ClearBank_Loan.ibanLoan","operator":"EQUALS_CASE_SENSITIVE",)"
        R"("value":"GB57CLRB04040100057354"}],"sortingCriteria":{"field":"id","order":"ASC"}})");
}

TEST(MambuLoans, a_loan_is_read) {
    const auto loan = read_loan(documented, LoanFields{});
    ASSERT_TRUE(loan.has_value()) << loan.error().detail;
    EXPECT_EQ(loan->id, "LN-4711");
    EXPECT_EQ(loan->encoded_key, "8a8186e5");
    EXPECT_EQ(loan->state, "ACTIVE");
    EXPECT_FALSE(loan->is_of_group);
    EXPECT_EQ(loan->holder_key, "8a81client");
    EXPECT_EQ(loan->currency, "GBP");
    EXPECT_EQ(loan->balance, (Money{100'000, gbp})); // 998.77 + 1.23
    EXPECT_EQ(loan->virtual_account_id, "va-1");
    EXPECT_EQ(loan->iban, "GB57CLRB04040100057354");
    EXPECT_EQ(loan->assigned_user, "");
    EXPECT_FALSE(loan->is_closed());
    EXPECT_FALSE(loan->is_locked());
}

TEST(MambuLoans, a_body_without_its_parts_is_no_loan) {
    for (const char* body : {"", "[]", "null", R"({"encodedKey":"k","id":"LN-1"})",
                             R"({"encodedKey":"k","accountState":"ACTIVE"})",
                             R"({"id":"LN-1","accountState":"ACTIVE"})",
                             R"({"encodedKey":7,"id":"LN-1","accountState":"ACTIVE"})"}) {
        const auto loan = read_loan(body, LoanFields{});
        ASSERT_FALSE(loan.has_value()) << body;
        EXPECT_EQ(loan.error().code, Code::reply_unreadable);
    }
    EXPECT_FALSE(read_loans(R"([{"id":"LN-1"}])", LoanFields{}).has_value());
    EXPECT_FALSE(read_loans("{}", LoanFields{}).has_value());
    EXPECT_TRUE(read_loans("[]", LoanFields{})->empty());
    EXPECT_EQ(read_loans("[" + std::string(documented) + "]", LoanFields{})->size(), 1U);
}

TEST(MambuLoans, balances_that_are_absent_or_odd_say_nothing) {
    for (const char* balances :
         {"", R"("balances":null,)", R"("balances":{},)", R"("balances":{"principalBalance":"9"},)",
          R"("balances":{"principalBalance":-1},)", R"("balances":{"principalBalance":1e3},)"}) {
        const std::string body =
            std::string(R"({"encodedKey":"k","id":"L","accountState":"ACTIVE",)") + balances +
            R"("currency":{"code":"GBP"}})";
        EXPECT_EQ(read_loan(body, LoanFields{})->balance, std::nullopt) << balances;
    }
}

TEST(MambuLoans, why_a_repayment_was_refused_shows_in_the_loan) {
    Loan loan;
    loan.state = "ACTIVE";
    const Money ten{1000, gbp};
    EXPECT_EQ(refusal_reason(loan, ten), std::nullopt);
    loan.balance = Money{1000, gbp};
    EXPECT_EQ(refusal_reason(loan, ten), std::nullopt);
    loan.balance = Money{999, gbp};
    EXPECT_EQ(refusal_reason(loan, ten), RefusalReason::overpaid);
    loan.sub_state = "LOCKED";
    EXPECT_EQ(refusal_reason(loan, ten), RefusalReason::locked);
    loan.state = "CLOSED";
    loan.sub_state = "WRITTEN_OFF";
    EXPECT_EQ(refusal_reason(loan, ten), RefusalReason::closed);
}

TEST(MambuLoans, the_holder_is_a_client_or_a_group) {
    Loan loan;
    loan.holder_key = "8a81/x";
    EXPECT_EQ(read_holder_request(loan).target, "/clients/8a81%2Fx?detailsLevel=FULL");
    loan.is_of_group = true;
    EXPECT_EQ(read_holder_request(loan).target, "/groups/8a81%2Fx?detailsLevel=FULL");

    const auto client = read_holder(
        R"({"encodedKey":"k","firstName":"Ann","middleName":"","lastName":"Lee","addresses":[)"
        R"({"line1":"1 High Street","line2":null,"city":"London","postcode":"SW1A 1AA","country":"United Kingdom"},)"
        R"({"line1":"2 Low Road"}]})");
    ASSERT_TRUE(client.has_value()) << client.error().detail;
    EXPECT_EQ(client->name, "Ann Lee");
    EXPECT_EQ(client->address.line, "1 High Street, London, SW1A 1AA");
    EXPECT_EQ(client->address.street_name, "1 High Street");
    EXPECT_EQ(client->address.building_name, "");
    EXPECT_EQ(client->address.town_name, "London");
    EXPECT_EQ(client->address.post_code, "SW1A 1AA");
    EXPECT_EQ(client->address.country, "GB");

    const auto group =
        read_holder(R"({"groupName":"Lees Ltd","addresses":[{"country":"Narnia"}]})");
    EXPECT_EQ(group->name, "Lees Ltd");
    EXPECT_EQ(group->address.country, "");
    EXPECT_EQ(read_holder(R"({"lastName":"Lee","addresses":[{"country":"IE"}]})")->address.country,
              "IE");
    EXPECT_FALSE(read_holder(R"({"addresses":[]})").has_value());
    EXPECT_FALSE(read_holder("[]").has_value());
}

TEST(MambuLoans, custom_fields_are_written_by_json_patch) {
    const LoanFields fields;
    const FieldValue values[] = {{fields.virtual_account_id, "va-\"1\""}, {fields.iban, ""}};
    const auto loan = write_loan_fields_request("LN-1", values);
    EXPECT_EQ(loan.purpose, CallPurpose::write_loan_fields);
    EXPECT_EQ(loan.method, "PATCH");
    EXPECT_EQ(loan.target, "/loans/LN-1");
    EXPECT_EQ(loan.body,
              R"([{"op":"add","path":"/_ClearBank_Loan/virtualAccountId","value":"va-\"1\""},)"
              R"({"op":"remove","path":"/_ClearBank_Loan/ibanLoan"}])");
    const auto booking = write_booking_fields_request("8a81", values);
    EXPECT_EQ(booking.purpose, CallPurpose::write_booking_fields);
    EXPECT_EQ(booking.target, "/loans/transactions/8a81");
    EXPECT_EQ(booking.body, loan.body);
}

TEST(MambuLoans, a_note_is_a_comment_of_at_most_255_characters) {
    const auto note = note_on_loan_request("8a81", "Zoë\n" + std::string(300, 'x'));
    EXPECT_EQ(note.purpose, CallPurpose::note_on_loan);
    EXPECT_EQ(note.method, "POST");
    EXPECT_EQ(note.target, "/comments");
    EXPECT_EQ(note.body, R"({"ownerType":"LOAN_ACCOUNT","ownerKey":"8a81","text":"Zoë )" +
                             std::string(251, 'x') + R"("})");
}

} // namespace
} // namespace settled::connectors::mambu
