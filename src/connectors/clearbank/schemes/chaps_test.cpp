#include "connectors/clearbank/schemes/chaps.h"

#include "connectors/clearbank/schemes/bacs_return.h"
#include "wire/json.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

domain::Order order() {
    domain::Order order;
    order.id = OrderId{77};
    order.end_to_end_id = "E2E-1";
    order.amount = {1'234'567, Currency::parse("GBP").value()};
    order.debtor.iban = "GB57CLRB04040100057354";
    order.debtor.name = "Lender Ltd";
    order.debtor_address.town_name = "London";
    order.debtor_address.country = "GB";
    order.debtor_address.post_code = "EC2V 8RT";
    order.creditor.name = "Ann Lee";
    order.creditor.sort_code = "601613";
    order.creditor.account_number = "31926819";
    order.creditor_address = {.line = "",
                              .building_number = "12",
                              .building_name = "Mill House",
                              .street_name = "Water Lane",
                              .town_name = "Leeds",
                              .country = "GB",
                              .post_code = "LS1 4AP"};
    order.reference = "LOAN 4711";
    order.purpose = "LOAN";
    order.category_purpose = "SALA";
    return order;
}

TEST(Chaps, writes_a_customer_payment_as_the_bank_publishes_it) {
    const auto request = chaps_payment_request(order(), "GB86CLRB04056810005205");
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/payments/chaps/v6/customer-payments");
    EXPECT_TRUE(is_chaps(request));
    EXPECT_TRUE(domain::moves_money(request.purpose));
    const std::string_view begin = R"({"instructionIdentification":"ORD-)";
    ASSERT_TRUE(request.body.starts_with(begin));
    EXPECT_EQ(
        request.body.substr(request.body.find("\"endToEnd")),
        R"("endToEndIdentification":"E2E-1","interBankSettlementAmount":{"amount":12345.67,)"
        R"("currency":"GBP"},"sourceAccount":{"iban":"GB86CLRB04056810005205"},)"
        R"("debtorAccount":{"iban":"GB57CLRB04040100057354"},"debtor":{"name":"Lender Ltd",)"
        R"("postalAddress":{"townName":"London","country":"GB","postCode":"EC2V 8RT"}},)"
        R"("creditorAccount":{"schemeName":"SortcodeAccountNumber",)"
        R"("identification":"601613-31926819"},"creditor":{"name":"Ann Lee",)"
        R"("postalAddress":{"buildingNumber":"12","buildingName":"Mill House",)"
        R"("streetName":"Water Lane","townName":"Leeds","country":"GB","postCode":"LS1 4AP"}},)"
        R"("purpose":"LOAN","categoryPurpose":"SALA",)"
        R"("remittanceInformation":{"creditorReferenceInformation":"LOAN 4711"}})");
}

TEST(Chaps, names_a_creditor_by_iban_where_there_is_one) {
    domain::Order with_iban = order();
    with_iban.creditor = {};
    with_iban.creditor.iban = "GB29NWBK60161331926819";
    const auto request = chaps_payment_request(with_iban, "GB86CLRB04056810005205");
    EXPECT_NE(request.body.find(R"("creditorAccount":{"iban":"GB29NWBK60161331926819"})"),
              std::string::npos);
}

TEST(Chaps, writes_a_return_of_a_payment_that_came_in) {
    const auto request = chaps_return_request("fbb84b68-fb67-4532-bfd6-2b540e341a21",
                                              domain::ReturnReason::account_closed, "RET-1");
    EXPECT_EQ(request.target, "/payments/chaps/v6/return-payments");
    EXPECT_TRUE(is_chaps(request));
    EXPECT_EQ(request.body, R"({"paymentId":"fbb84b68-fb67-4532-bfd6-2b540e341a21",)"
                            R"("reason":"AC04","instructionIdentification":"RET-1"})");
}

TEST(BacsReturn, names_the_account_that_the_money_came_to) {
    const auto own =
        bacs_return_request("inst-1", "", "tx-1", domain::ReturnReason::account_closed);
    EXPECT_EQ(own.target, "/v1/Accounts/inst-1/Transactions/Returns");
    EXPECT_EQ(own.body, R"({"returns":[{"transactionId":"tx-1","reasonCode":"B"}]})");
    EXPECT_FALSE(is_chaps(own));
    const auto of_virtual =
        bacs_return_request("inst-1", "va/1", "tx-1", domain::ReturnReason::requested_by_sender);
    EXPECT_EQ(of_virtual.target, "/v1/Accounts/inst-1/Virtual/va%2F1/Transactions/Returns");
    EXPECT_NE(of_virtual.body.find(R"("reasonCode":"C")"), std::string::npos);
}

} // namespace
} // namespace settled::connectors::clearbank
