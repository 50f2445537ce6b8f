#include "sandbox/bank/api/institution_test.h"

namespace settled::sandbox {
namespace {

class TransactionApiTest : public Institution {
  protected:
    std::string below(const std::string& rest) {
        return "/v2/Accounts/" + sandbox_->accounts().real_account_id() + rest;
    }
    void pay(const std::vector<Transfer>& transfers) {
        const net::Reply reply =
            post("/v3/payments/fps", fps_body(sandbox_->accounts().real_account_iban(), transfers));
        EXPECT_EQ(reply.status, 202) << reply.body;
    }
    std::vector<std::string> found(const std::string& path) {
        const net::Reply reply = get(path);
        EXPECT_EQ(reply.status, 200) << path << ": " << reply.body;
        const wire::JsonDocument answer = parsed(reply.body);
        const auto list = answer.root().member("transactions");
        std::vector<std::string> ids;
        for (std::size_t i = 0; list && i < list->size(); ++i)
            ids.emplace_back(*list->at(i).member("endToEndIdentifier")->string());
        return ids;
    }
};

using Ids = std::vector<std::string>;

TEST_F(TransactionApiTest, shows_a_payment_as_the_bank_does) {
    pay({{}});
    const wire::JsonDocument answer = parsed(get("/v2/Transactions").body);
    ASSERT_EQ(answer.root().member("transactions")->size(), 1U);
    const wire::Json shown = answer.root().member("transactions")->at(0);
    EXPECT_EQ(shown.member("amount")->member("instructedAmount")->number(), "12.34");
    EXPECT_EQ(shown.member("debitCreditCode")->string(), "DBIT");
    EXPECT_EQ(shown.member("status")->string(), "ACSC");
    EXPECT_EQ(shown.member("endToEndIdentifier")->string(), "E2E-1");
    const wire::Json counterpart = *shown.member("counterpartAccount")->member("identification");
    EXPECT_EQ(counterpart.member("iban")->string(), "GB29NWBK60161331926819");
    EXPECT_EQ(counterpart.member("sortCode")->string(), "601613");
    EXPECT_FALSE(shown.member("isReturn")); // the bank's query does not say it

    const std::string id(*shown.member("transactionId")->string());
    EXPECT_EQ(id, sandbox_->ledger().payment_out("E2E-1")->transaction_id);
    const net::Reply one = get(below("/Transactions/" + id));
    EXPECT_EQ(one.status, 200);
    EXPECT_NE(one.body.find(R"("transaction":{)"), std::string::npos);
    EXPECT_EQ(get(below("/Transactions/nothing")).status, 404);
}

TEST_F(TransactionApiTest, shows_nothing_that_was_refused_and_what_is_held_as_pending) {
    control("PUT", "/bank/payment-rules",
            R"({"rules":[{"creditor_name":"Bad","outcome":"reject","code":"AC03"},)"
            R"({"creditor_name":"Worse","outcome":"assessment","text":"Modulus check failed"},)"
            R"({"creditor_name":"Slow","outcome":"hold"}]})");
    pay({{.end_to_end_id = "a", .creditor_name = "Bad"},
         {.end_to_end_id = "b", .creditor_name = "Worse"},
         {.end_to_end_id = "c", .creditor_name = "Slow"}});
    EXPECT_EQ(found("/v2/Transactions"), Ids{"c"});
    EXPECT_NE(get("/v2/Transactions").body.find(R"("status":"PDNG")"), std::string::npos);
    control("POST", "/bank/held/c/decline");
    EXPECT_EQ(found("/v2/Transactions"), Ids{});
}

TEST_F(TransactionApiTest, lags_behind_the_books) {
    control("PUT", "/bank/query-lag", R"({"lag_ms":3600000})");
    pay({{}});
    const std::string id = sandbox_->ledger().payment_out("E2E-1")->transaction_id;
    EXPECT_EQ(found("/v2/Transactions?endToEndIdentifier=E2E-1"), Ids{});
    EXPECT_EQ(get(below("/Transactions/" + id)).status, 404);
    control("PUT", "/bank/query-lag", R"({"lag_ms":0})");
    EXPECT_EQ(found("/v2/Transactions?endToEndIdentifier=E2E-1"), Ids{"E2E-1"});
}

TEST_F(TransactionApiTest, filters_and_pages) {
    pay({{.end_to_end_id = "a"}, {.end_to_end_id = "b"}, {.end_to_end_id = "c"}});
    EXPECT_EQ(found("/v2/Transactions?endToEndIdentifier=b"), Ids{"b"});
    EXPECT_EQ(found("/v2/Transactions?paymentMethodType=Transfer"), Ids{});
    EXPECT_EQ(found("/v2/Transactions?paymentMethodType=FasterPayments"), (Ids{"c", "b", "a"}));
    EXPECT_EQ(found("/v2/Transactions?startDateTime=2999-01-01"), Ids{});
    EXPECT_EQ(found("/v2/Transactions?endDateTime=1999-01-01T00:00:00Z"), Ids{});
    EXPECT_EQ(found("/v2/Transactions?startDateTime=1999-01-01&endDateTime=2999-01-01").size(), 3U);
    EXPECT_EQ(get("/v2/Transactions?startDateTime=yesterday").status, 400);
    EXPECT_EQ(get("/v2/Transactions?paymentMethodType=Barter").status, 400);

    EXPECT_EQ(found(below("/Transactions?pageSize=2")), (Ids{"c", "b"}));
    const wire::JsonDocument first = parsed(get(below("/Transactions?pageSize=2")).body);
    const wire::Json links = *first.root().member("halLinks");
    ASSERT_EQ(links.size(), 2U);
    EXPECT_EQ(links.at(1).member("name")->string(), "next");
    const std::string next(*links.at(1).member("href")->string());
    EXPECT_EQ(found(next), Ids{"a"});
}

TEST_F(TransactionApiTest, a_virtual_account_shows_its_own) {
    const auto opened = sandbox_->accounts().open({"Joe Brown", "", "loan-1"});
    ASSERT_TRUE(opened);
    const VirtualAccount account = **opened;
    control("POST", "/bank/payments",
            R"({"account":")" + account.iban + R"(","amount":"5.00","end_to_end_id":"in"})");
    pay({{.end_to_end_id = "out"}});
    const std::string path = below("/Virtual/" + account.id + "/Transactions");
    EXPECT_EQ(found(path), Ids{"in"});
    EXPECT_EQ(found(below("/Transactions")), (Ids{"out", "in"})); // the money is in the real one
    const wire::JsonDocument answer = parsed(get(path).body);
    const wire::Json shown = answer.root().member("transactions")->at(0);
    EXPECT_EQ(shown.member("debitCreditCode")->string(), "CRDT");
    EXPECT_EQ(shown.member("ultimateBeneficiaryAccount")->member("id")->string(), account.id);
    const std::string id(*shown.member("transactionId")->string());
    EXPECT_EQ(get(path + "/" + id).status, 200);
    EXPECT_EQ(get(path + "/" + sandbox_->ledger().payment_out("out")->transaction_id).status, 404);
    EXPECT_EQ(get(below("/Virtual/nobody/Transactions")).status, 404);
}

TEST_F(TransactionApiTest, the_real_account_shows_its_balance_and_numbers) {
    control("PUT", "/bank/funds", R"({"amount":"100.00"})");
    pay({{}});
    for (const std::string& path :
         {std::string("/v3/Accounts"), "/v3/Accounts/" + sandbox_->accounts().real_account_id()}) {
        const net::Reply reply = get(path);
        EXPECT_EQ(reply.status, 200);
        EXPECT_NE(reply.body.find(R"("amount":87.66)"), std::string::npos) << reply.body;
        EXPECT_NE(reply.body.find(sandbox_->accounts().real_account_iban()), std::string::npos);
    }
    EXPECT_EQ(get("/v3/Accounts/other").status, 404);
}

} // namespace
} // namespace settled::sandbox
