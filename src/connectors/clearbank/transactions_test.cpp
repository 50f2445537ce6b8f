#include "connectors/clearbank/transactions.h"

#include "wire/time.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

const std::string debit =
    R"({"amount":{"instructedAmount":100.00,"currency":"GBP"},"counterpartAccount":{"identification":{)"
    R"("iban":"GB29NWBK60161331926819","accountName":"Current","accountHolderName":"Ann Lee",)"
    R"("sortCode":"601613","accountNumber":"31926819","reference":"LOAN"}},"debitCreditCode":"DBIT",)"
    R"("endToEndIdentifier":"E2E-1","transactionId":"t-1","transactionReference":"LOAN 4711",)"
    R"("transactionTime":"2025-04-19T10:03:00.964Z","status":"ACSC",)"
    R"("ultimateRemitterAccount":{"id":"va-1","iban":"GB57CLRB04040100057354","bban":"CLRB04040100057354"}})";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

Result<TransactionPage> read(std::string_view items) {
    return read_transactions(R"({"transactions":[)" + std::string(items) + R"(],"halLinks":[]})");
}

TEST(ClearbankTransactions, the_query_names_account_id_and_times) {
    const domain::CallRequest request =
        find_transactions_request("acc/1", "E2E +1", *wire::parse_rfc3339("2025-04-18T10:00:00Z"),
                                  *wire::parse_rfc3339("2025-04-20T10:00:00.5Z"), 2);
    EXPECT_EQ(request.purpose, domain::CallPurpose::find_transactions);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(request.target,
              "/v2/Accounts/acc%2F1/Transactions?pageNumber=2&pageSize=50"
              "&startDateTime=2025-04-18T10%3A00%3A00.000Z&endDateTime=2025-04-20T10%3A00%3A00.500Z"
              "&endToEndIdentifier=E2E%20%2B1");
}

TEST(ClearbankTransactions, one_transaction_is_asked_for_by_the_bank_s_id) {
    const domain::CallRequest request = find_transaction_request("acc/1", "t 1/2");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/v2/Accounts/acc%2F1/Transactions/t%201%2F2");
    EXPECT_EQ(request.purpose, domain::CallPurpose::find_transaction);
    const auto one = read_transaction(R"({"transaction":)" + debit + "}");
    ASSERT_TRUE(one.has_value()) << one.error().detail;
    EXPECT_EQ(one->transaction_id, "t-1");
    EXPECT_EQ(read_transaction(debit).error().code, Code::reply_unreadable);
}

TEST(ClearbankTransactions, every_member_is_read) {
    const auto page = read(debit);
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    ASSERT_EQ(page->transactions.size(), 1U);
    EXPECT_TRUE(page->is_last);
    const BankTransaction& t = page->transactions[0];
    EXPECT_EQ(t.transaction_id, "t-1");
    EXPECT_EQ(t.end_to_end_id, "E2E-1");
    EXPECT_FALSE(t.credit);
    EXPECT_EQ(t.amount.minor, 10000);
    EXPECT_EQ(t.amount.currency.code(), "GBP");
    EXPECT_EQ(t.reference, "LOAN 4711");
    EXPECT_EQ(t.scheme, "");
    EXPECT_EQ(t.account.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(t.counterparty.name, "Ann Lee");
    EXPECT_EQ(t.counterparty.iban, "GB29NWBK60161331926819");
    EXPECT_EQ(t.counterparty.sort_code, "601613");
    EXPECT_EQ(t.settled_at->us, 1745056980964000);
}

TEST(ClearbankTransactions, only_one_status_says_that_the_money_moved) {
    for (const char* status :
         {"ACCP", "ACSC", "ACSP", "ACTC", "ACWC", "PART", "PDNG", "RCVD", "RJCT", "NEW"}) {
        const auto page = read(replaced(debit, "ACSC", status));
        ASSERT_TRUE(page.has_value()) << status;
        const BankTransaction& t = page->transactions[0];
        EXPECT_EQ(t.status, status);
        EXPECT_EQ(t.is_settled(), std::string_view(status) == "ACSC") << status;
        EXPECT_EQ(t.is_rejected(), std::string_view(status) == "RJCT") << status;
        EXPECT_EQ(t.settled_at.has_value(), t.is_settled()) << status;
        EXPECT_TRUE(t.time.has_value());
    }
}

TEST(ClearbankTransactions, a_credit_shows_the_beneficiary_s_account) {
    const auto page = read(replaced(replaced(debit, "DBIT", "CRDT"), "ultimateRemitterAccount",
                                    "ultimateBeneficiaryAccount"));
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->transactions[0].credit);
    EXPECT_EQ(page->transactions[0].account.iban, "GB57CLRB04040100057354");
}

TEST(ClearbankTransactions, names_are_read_in_any_case_and_what_is_not_needed_may_be_missing) {
    const auto page =
        read(R"({"Amount":{"InstructedAmount":0.01,"Currency":"GBP"},"DebitCreditCode":"DBIT",)"
             R"("TransactionId":"t-2","Status":"PDNG","PaymentMethodType":"FasterPayments"})");
    ASSERT_TRUE(page.has_value()) << page.error().detail;
    EXPECT_EQ(page->transactions[0].amount.minor, 1);
    EXPECT_EQ(page->transactions[0].scheme, "FasterPayments");
    EXPECT_EQ(page->transactions[0].end_to_end_id, "");
    EXPECT_EQ(page->transactions[0].time, std::nullopt);
}

TEST(ClearbankTransactions, an_empty_page_is_the_last_and_a_full_one_may_not_be) {
    EXPECT_TRUE(read("")->transactions.empty());
    EXPECT_TRUE(read("")->is_last);
    std::string full = debit;
    for (std::size_t i = 1; i < transactions_per_page; ++i)
        full += "," + debit;
    EXPECT_FALSE(read(full)->is_last);
}

TEST(ClearbankTransactions, a_list_that_cannot_be_trusted_is_not_read) {
    const std::string bodies[] = {
        "",
        "<html>",
        "[]",
        "{}",
        R"({"transactions":null})",
        R"({"transactions":{}})",
        R"({"transactions":[7]})",
    };
    for (const std::string& body : bodies) {
        const auto page = read_transactions(body);
        ASSERT_FALSE(page.has_value()) << body;
        EXPECT_EQ(page.error().code, Code::reply_unreadable) << body;
    }
    const std::pair<const char*, const char*> wrong[] = {
        {R"("transactionId":"t-1",)", ""},
        {R"("DBIT")", R"("OTHER")"},
        {R"("status":"ACSC",)", ""},
        {"100.00", "100.001"},
        {"100.00", "1e-3"},
        {"100.00", "\"100.00\""},
        {"100.00", "-1"},
        {"100.00", "0"},
        {R"("currency":"GBP")", R"("currency":"XXX")"}};
    for (const auto& [from, to] : wrong)
        EXPECT_FALSE(read(debit + "," + replaced(debit, from, to)).has_value()) << to;
}

} // namespace
} // namespace settled::connectors::clearbank
