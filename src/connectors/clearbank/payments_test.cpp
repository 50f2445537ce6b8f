#include "connectors/clearbank/payments.h"

#include "wire/json.h"

#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

using domain::Advice;
using domain::CallReply;
using domain::Order;
using ItemResult = PaymentItem::Result;

Order order(std::int64_t id) {
    Order o;
    o.id = OrderId{id};
    o.scheme = "fps";
    o.amount = {10000, *Currency::parse("GBP")};
    o.debtor.iban = "GB57CLRB04040100057354";
    o.debtor_address.line = "1 Bank Street, London";
    o.creditor.name = "Ann Lee";
    o.creditor.sort_code = "601613";
    o.creditor.account_number = "31926819";
    o.reference = "LOAN 4711";
    o.end_to_end_id = "E2E-" + std::to_string(id);
    return o;
}

std::vector<Order> orders(std::int64_t count) {
    std::vector<Order> all;
    for (std::int64_t i = 1; i <= count; ++i)
        all.push_back(order(i));
    return all;
}

TEST(ClearbankPayments, the_request_is_written_as_the_bank_publishes_it) {
    std::vector<Order> two = orders(2);
    two[1].amount.minor = 5;
    two[1].creditor = {};
    two[1].creditor.name = "O'Neill";
    two[1].creditor.iban = "GB29NWBK60161331926819";
    two[1].reference = "";
    const domain::CallRequest request = fps_payment_request(two, false);
    EXPECT_EQ(request.purpose, domain::CallPurpose::pay);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/v3/payments/fps");
    EXPECT_EQ(
        request.body,
        R"({"paymentInstructions":[{"paymentInstructionIdentification":"ORD-0000000000001",)"
        R"("debtor":{"address":"1 Bank Street, London"},)"
        R"("debtorAccount":{"identification":{"iban":"GB57CLRB04040100057354"}},"creditTransfers":[)"
        R"({"paymentIdentification":{"instructionIdentification":"ORD-0000000000001","endToEndIdentification":"E2E-1"},)"
        R"("amount":{"instructedAmount":100.00,"currency":"GBP"},"creditor":{"name":"Ann Lee"},)"
        R"("creditorAccount":{"identification":{"other":{"identification":"GBR60161331926819",)"
        R"("schemeName":{"proprietary":"PRTY_COUNTRY_SPECIFIC"}}}},)"
        R"("remittanceInformation":{"structured":{"creditorReferenceInformation":{"reference":"LOAN 4711"}}}},)"
        R"({"paymentIdentification":{"instructionIdentification":"ORD-0000000000002","endToEndIdentification":"E2E-2"},)"
        R"("amount":{"instructedAmount":0.05,"currency":"GBP"},"creditor":{"name":"O'Neill"},)"
        R"("creditorAccount":{"identification":{"iban":"GB29NWBK60161331926819"}},)"
        R"("remittanceInformation":{"structured":{"creditorReferenceInformation":{"reference":""}}}}]}]})");
}

TEST(ClearbankPayments, the_largest_amount_keeps_its_pence) {
    std::vector<Order> one = orders(1);
    one[0].amount.minor = 100'000'000;
    EXPECT_NE(fps_payment_request(one, false).body.find(R"("instructedAmount":1000000.00,)"),
              std::string::npos);
}

TEST(ClearbankPayments, the_scheme_is_enforced_for_each_transfer_or_not_named) {
    const std::vector<Order> two = orders(2);
    const std::string enforced = fps_payment_request(two, true).body;
    EXPECT_NE(enforced.find(R"("enforceSendToScheme":true},{)"), std::string::npos);
    EXPECT_NE(enforced.find(R"("enforceSendToScheme":true}]}]})"), std::string::npos);
    EXPECT_EQ(fps_payment_request(two, false).body.find("enforceSendToScheme"), std::string::npos);
}

std::vector<std::size_t> transfers_per_instruction(const std::vector<Order>& all) {
    const auto document = wire::JsonDocument::parse(fps_payment_request(all, false).body);
    EXPECT_TRUE(document.has_value());
    const wire::Json instructions = *document->root().member("paymentInstructions");
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i < instructions.size(); ++i)
        counts.push_back(instructions.at(i).member("creditTransfers")->size());
    return counts;
}

TEST(ClearbankPayments, a_call_carries_ten_times_ten) {
    using Counts = std::vector<std::size_t>;
    EXPECT_EQ(transfers_per_instruction(orders(1)), (Counts{1}));
    EXPECT_EQ(transfers_per_instruction(orders(10)), (Counts{10}));
    EXPECT_EQ(transfers_per_instruction(orders(21)), (Counts{10, 10, 1}));
    EXPECT_EQ(transfers_per_instruction(orders(100)), Counts(10, 10));
    EXPECT_EQ(fps_orders_that_fit(orders(101)), 100U);
    EXPECT_EQ(fps_orders_that_fit({}), 0U);
}

TEST(ClearbankPayments, another_address_begins_an_instruction_and_another_account_a_call) {
    std::vector<Order> all = orders(14);
    for (std::size_t i = 1; i < all.size(); i += 2)
        all[i].debtor_address.line = "2 Bank Street, London";
    EXPECT_EQ(fps_orders_that_fit(all), 10U);
    all.resize(3);
    EXPECT_EQ(transfers_per_instruction(all), (std::vector<std::size_t>{1, 1, 1}));
    all[2].debtor.iban = "GB58CLRB04040009547509";
    EXPECT_EQ(fps_orders_that_fit(all), 2U);
}

TEST(ClearbankPayments, an_instruction_id_fits_the_scheme) {
    const std::string id = instruction_id(OrderId{INT64_MAX});
    EXPECT_LE(id.size(), 35U);
    EXPECT_EQ(id.find('_'), std::string::npos);
}

const std::vector<std::string> ids{"E2E-1", "E2E-2", "E2E-3"};

TEST(ClearbankPayments, partial_acceptance_is_read_item_by_item) {
    const CallReply reply{
        202,
        R"({"transactions":[{"endToEndIdentification":"E2E-2","response":"InsufficientFunds"},)"
        R"({"endToEndIdentification":"E2E-1","response":"Accepted"},)"
        R"({"endToEndIdentification":"E2E-9","response":"Accepted"}],"halLinks":[]})",
        {}};
    EXPECT_TRUE(has_payment_items(reply));
    const std::vector<PaymentItem> items = read_payment_reply(reply, ids);
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].end_to_end_id, "E2E-1");
    EXPECT_EQ(items[0].result, ItemResult::taken);
    EXPECT_EQ(items[0].advice, Advice::none);
    EXPECT_EQ(items[1].result, ItemResult::refused);
    EXPECT_EQ(items[1].code, "InsufficientFunds");
    EXPECT_EQ(items[1].words, "The account has insufficient funds; retry when funded");
    EXPECT_EQ(items[1].advice, Advice::retry);
    EXPECT_EQ(items[2].end_to_end_id, "E2E-3");
    EXPECT_EQ(items[2].result, ItemResult::absent);
}

TEST(ClearbankPayments, every_published_word_is_read) {
    for (const char* word :
         {"InsufficientFunds", "InvalidAccount", "InvalidCurrency", "Rejected",
          "DebitPaymentDisabled", "InvalidInstructionIdentification", "AccountDisabled"})
        for (const int status : {202, 400}) {
            const CallReply reply{
                status,
                std::string(R"({"transactions":[{"endToEndIdentification":"E2E-1","response":")") +
                    word + R"("}]})",
                {}};
            const PaymentItem item = read_payment_reply(reply, std::span(ids).first(1)).front();
            EXPECT_EQ(item.result, ItemResult::refused) << word;
            EXPECT_EQ(item.code, word);
            EXPECT_NE(item.advice, Advice::none) << word;
        }
}

TEST(ClearbankPayments, an_item_that_is_not_clear_counts_as_absent) {
    const auto list = [](std::string_view items) {
        return R"({"transactions":[)" + std::string(items) + "]}";
    };
    const std::string accepted = R"({"endToEndIdentification":"E2E-1","response":"Accepted"})";
    const std::string rejected = R"({"endToEndIdentification":"E2E-1","response":"Rejected"})";
    const struct {
        int status;
        std::string body;
    } cases[] = {
        {202, ""},
        {202, "{}"},
        {202, "not JSON"},
        {202, R"({"transactions":null})"},
        {202, R"({"transactions":{}})"},
        {202, list("")},
        {202, list("null,7,[]")},
        {202, list(R"({"endToEndIdentification":"e2e-1","response":"Accepted"})")},
        {202, list(R"({"endToEndIdentification":"E2E-1"})")},
        {202, list(R"({"endToEndIdentification":"E2E-1","response":"SomethingNew"})")},
        {202, list(R"({"endToEndIdentification":"E2E-1","response":7})")},
        {202, list(accepted + "," + rejected)},
        {202, list(rejected + "," + accepted)},
        {400, list(accepted)},
        {400, R"({"title":"Bad","status":400})"},
        {409, list(accepted)},
        {500, list(rejected)},
        {503, list(accepted)},
    };
    for (const auto& c : cases) {
        const auto items = read_payment_reply({c.status, c.body, {}}, std::span(ids).first(1));
        ASSERT_EQ(items.size(), 1U);
        EXPECT_EQ(items[0].result, ItemResult::absent) << c.status << c.body;
    }
    EXPECT_EQ(read_payment_reply({202, list(accepted + "," + accepted), {}}, ids)[0].result,
              ItemResult::taken);
}

TEST(ClearbankPayments, only_a_list_of_results_is_one) {
    EXPECT_TRUE(has_payment_items({400, R"({"transactions":[]})", {}}));
    EXPECT_FALSE(has_payment_items({400, R"({"title":"Bad"})", {}}));
    EXPECT_FALSE(has_payment_items({202, "", {}}));
    EXPECT_FALSE(has_payment_items({422, R"({"transactions":[]})", {}}));
}

} // namespace
} // namespace settled::connectors::clearbank
