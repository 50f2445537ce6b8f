#include "payloads/payment_reader.h"

#include "payloads/bounds.h"

#include <gtest/gtest.h>

namespace settled::payloads {
namespace {

Result<PaymentRequest> native(std::string_view text) {
    const auto document = wire::JsonDocument::parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    return read_payment(document->root());
}

Result<PaymentRequest> yapily(std::string_view text) {
    const auto document = wire::JsonDocument::parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    return read_yapily_payment(document->root());
}

constexpr std::string_view amount = R"("amount":{"value":"12.34","currency":"GBP"})";
constexpr std::string_view payee = R"("payee":{"iban":"GB57CLRB04040100057354"})";

std::string with(std::string_view more) {
    return std::string(R"({"client_id":"order-1",)") + std::string(amount) + "," +
           std::string(payee) + (more.empty() ? "" : "," + std::string(more)) + "}";
}

TEST(NativePayment, every_member_is_read) {
    const auto read = native(
        R"({"client_id":"order-1","institution_id":"monzo","scheme":"fps","amount":{"value":"12.34","currency":"GBP"},
            "reference":"INV-2041","end_to_end_id":"E2E9f3","created_at":"2026-11-22T10:00:00Z",
            "uetr":"EB6305C9-1F7F-49DE-AED0-16487C27B42D",
            "payee":{"name":"Shop Ltd","iban":"gb57 clrb 0404 0100 0573 54"},
            "payer":{"name":"A Payer","sort_code":"04-00-04","account_number":"1234567"}})");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    const domain::NewPayment& payment = read->payment;
    EXPECT_EQ(payment.client_id, "order-1");
    EXPECT_EQ(payment.institution_id, "monzo");
    EXPECT_EQ(payment.scheme, "fps");
    EXPECT_EQ(payment.amount.minor, 1234);
    EXPECT_EQ(payment.reference, "INV-2041");
    EXPECT_EQ(payment.end_to_end_id, "E2E9f3");
    EXPECT_EQ(payment.uetr, "eb6305c9-1f7f-49de-aed0-16487c27b42d");
    EXPECT_EQ(payment.created_at.us, 1'795'341'600'000'000);
    EXPECT_EQ(payment.payee.name, "Shop Ltd");
    EXPECT_EQ(payment.payee.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(payment.payer.sort_code, "040004");
    EXPECT_EQ(payment.payer.account_number, "01234567");
    EXPECT_FALSE(read->payment.has_failed);
}

TEST(NativePayment, may_say_what_it_settles_as_and_that_it_failed) {
    const auto read = native(with(
        R"("status":"failed","accepted_range":{"lowest":{"value":"11.00","currency":"EUR"},"highest":{"value":"12","currency":"EUR"}})"));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_TRUE(read->payment.has_failed);
    EXPECT_EQ(read->payment.accepted_range->highest.minor, 1200);
    for (
        const char* wrong :
        {R"("accepted_range":{"lowest":{"value":"13","currency":"EUR"},"highest":{"value":"12","currency":"EUR"}})",
         R"("accepted_range":{"lowest":{"value":"11","currency":"GBP"},"highest":{"value":"12","currency":"EUR"}})",
         R"("status":"settled")"})
        EXPECT_FALSE(native(with(wrong)).has_value()) << wrong;
}

TEST(NativePayment, id_amount_and_payee_are_enough) {
    const auto read = native(with(""));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.created_at, Instant{});
}

TEST(NativePayment, an_optional_member_that_is_null_is_absent) {
    const auto read = native(with(R"("reference":null,"payer":null)"));
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.reference, "");
}

TEST(NativePayment, a_virtual_account_stands_for_the_payee) {
    const auto read = native(R"({"client_id":"1",)" + std::string(amount) +
                             R"(,"payee":{"virtual_account_id":"va-1"}})");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.payee_account_id, "va-1");
}

TEST(NativePayment, each_problem_is_named) {
    const std::string a(amount);
    const std::string p(payee);
    const std::string head = R"({"client_id":"order-1",)" + a + ",";
    const struct {
        std::string body;
        Code code;
        std::string_view member;
    } cases[] = {
        {"[]", Code::value_invalid, "give an object"},
        {"{}", Code::member_missing, "client_id"},
        {"{" + a + "," + p + "}", Code::member_missing, "client_id"},
        {R"({"client_id":"a"})", Code::member_missing, "amount"},
        {head + R"("payee":null})", Code::member_missing, "payee"},
        {R"({"client_id":1,)" + a + "," + p + "}", Code::value_invalid, "client_id"},
        {R"({"client_id":"a/b",)" + a + "," + p + "}", Code::value_invalid, "client_id"},
        {R"({"client_id":"..",)" + a + "," + p + "}", Code::value_invalid, "client_id"},
        {R"({"client_id":"pay_01ABCDEFGHJKM",)" + a + "," + p + "}", Code::value_invalid,
         "client_id"},
        {R"({"client_id":"stl_01ABCDEFGHJKM-2",)" + a + "," + p + "}", Code::value_invalid,
         "client_id"},
        {R"({"client_id":"é",)" + a + "," + p + "}", Code::value_invalid, "client_id"},
        {R"({"client_id":")" + std::string(129, 'x') + R"(",)" + a + "," + p + "}",
         Code::value_invalid, "client_id"},
        {with(R"("color":"red")"), Code::member_unknown, "color"},
        {head + R"("payee":{"iban":"GB57CLRB04040100057354","bic":"X"}})", Code::member_unknown,
         "payee.bic"},
        {R"({"client_id":"1","amount":{"value":12.34,"currency":"GBP"},)" + p + "}",
         Code::value_invalid, "amount.value"},
        {R"({"client_id":"1","amount":{"value":"12.345","currency":"GBP"},)" + p + "}",
         Code::amount_invalid, "amount.value"},
        {R"({"client_id":"1","amount":{"value":"1e3","currency":"GBP"},)" + p + "}",
         Code::amount_invalid, "amount.value"},
        {R"({"client_id":"1","amount":{"value":"0.00","currency":"GBP"},)" + p + "}",
         Code::amount_invalid, "amount.value"},
        {R"({"client_id":"1","amount":{"value":"-1","currency":"GBP"},)" + p + "}",
         Code::amount_invalid, "amount.value"},
        {R"({"client_id":"1","amount":{"value":"1","currency":"gbp"},)" + p + "}",
         Code::currency_unknown, "amount.currency"},
        {R"({"client_id":"1","amount":{"value":"1","currency":"GBP","x":1},)" + p + "}",
         Code::member_unknown, "amount.x"},
        {R"({"client_id":"1","amount":"12.34",)" + p + "}", Code::value_invalid, "amount"},
        {with(R"("reference":")" + std::string(257, 'r') + "\""), Code::value_invalid, "reference"},
        {with(R"("reference":"a\u0000b")"), Code::value_invalid, "reference"},
        {with(R"("reference":7)"), Code::value_invalid, "reference"},
        {with(R"("created_at":"yesterday")"), Code::timestamp_invalid, "created_at"},
        {with(R"("uetr":"123")"), Code::value_invalid, "uetr"},
        {head + R"("payee":{}})", Code::member_missing, "payee.iban"},
        {head + R"("payee":{"iban":"GB58CLRB04040100057354"}})", Code::iban_invalid, "payee.iban"},
        {head + R"("payee":{"sort_code":"040401"}})", Code::member_missing, "payee.account_number"},
        {head + R"("payee":{"account_number":"00057354"}})", Code::member_missing,
         "payee.sort_code"},
        {head + R"("payee":{"sort_code":"0404","account_number":"00057354"}})", Code::value_invalid,
         "payee.sort_code"},
        {head +
             R"("payee":{"iban":"GB57CLRB04040100057354","sort_code":"040401","account_number":"1234567"}})",
         Code::value_invalid, "payee"},
        {head + R"("payee":{"iban":"GB57CLRB04040100057354","virtual_account_id":"va"}})",
         Code::value_invalid, "payee.virtual_account_id"},
        {with(R"("payer":{"virtual_account_id":"va"})"), Code::member_unknown,
         "payer.virtual_account_id"},
        {with(R"("payer":{"iban":"X"})"), Code::iban_invalid, "payer.iban"},
        {with(R"("payer":"Jo")"), Code::value_invalid, "payer"},
    };
    for (const auto& c : cases) {
        const auto read = native(c.body);
        ASSERT_FALSE(read.has_value()) << c.body;
        EXPECT_EQ(info(read.error().code).token, info(c.code).token) << c.body;
        EXPECT_TRUE(read.error().detail.starts_with(c.member)) << c.body << read.error().detail;
    }
}

// "pointer code", in the order in which they were found.
std::vector<std::string> problems_of(const Result<PaymentRequest>& read) {
    std::vector<std::string> all;
    for (const Problem& problem : read.error().problems)
        all.push_back(problem.pointer + " " + std::string(info(problem.code).token));
    return all;
}

TEST(NativePayment, all_problems_of_a_payment_are_reported_at_once) {
    const auto read = native(
        R"({"client_id":7,"scheme":"fps","amount":{"value":12.34,"currency":"gbp"},"uetr":"123",
            "created_at":"yesterday","payee":{"iban":"GB58CLRB04040100057354","bic":"X"},
            "payer":{"sort_code":"04"},"col/or~":"red"})");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, Code::value_invalid);
    EXPECT_EQ(read.error().detail, "client_id: give a text: put the number in quotes");
    EXPECT_EQ(problems_of(read),
              (std::vector<std::string>{
                  "/client_id value_invalid", "/amount/value value_invalid", "/uetr value_invalid",
                  "/created_at timestamp_invalid", "/payee/iban iban_invalid",
                  "/payee/bic member_unknown", "/payer/sort_code value_invalid",
                  "/payer/account_number member_missing", "/col~1or~0 member_unknown"}));
    EXPECT_EQ(read.error().problems[1].detail, "send the amount in quotes: \"12.34\"");
}

TEST(NativePayment, a_member_has_one_problem_and_what_holds_it_none) {
    const struct {
        std::string body;
        std::vector<std::string> problems;
    } cases[] = {
        {"[]", {" value_invalid"}},
        {"{}", {"/client_id member_missing", "/amount member_missing", "/payee member_missing"}},
        {R"({"client_id":"","amount":"12.34","payee":"Jo"})",
         {"/client_id member_missing", "/amount value_invalid", "/payee value_invalid"}},
        {R"({"client_id":"1",)" + std::string(amount) + R"(,"payee":{"sort_code":"0404"}})",
         {"/payee/sort_code value_invalid", "/payee/account_number member_missing"}},
        {R"({"client_id":"1",)" + std::string(amount) +
             R"(,"payee":{"iban":"X","sort_code":"040401","account_number":"1234567"}})",
         {"/payee/iban iban_invalid"}},
    };
    for (const auto& c : cases) {
        const auto read = native(c.body);
        ASSERT_FALSE(read.has_value()) << c.body;
        EXPECT_EQ(problems_of(read), c.problems) << c.body;
    }
}

TEST(NativePayment, a_body_of_made_up_members_has_an_answer_of_bounded_size) {
    std::string body = R"({"client_id":"1")";
    for (int i = 0; i < 5000; ++i)
        body += ",\"m" + std::to_string(i) + "\":1";
    const auto read = native(body + "}");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().problems.size(), bounds::problems_max);
}

TEST(YapilyPayment, a_problem_points_to_the_place_where_the_provider_writes_the_member) {
    const auto read = yapily(R"({"data":{"amount":0,"currency":"GBP","createdAt":"x"}})");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(problems_of(read),
              (std::vector<std::string>{"/data/id member_missing", "/data/amount amount_invalid",
                                        "/data/createdAt timestamp_invalid",
                                        "/data/payeeDetails member_missing"}));
}

TEST(YapilyPayment, the_published_gbp_response_is_read) {
    const auto read = yapily(
        R"({"meta":{"tracingId":"2b93"},"data":{"id":"pv3-a6ac6528","institutionConsentId":"sdp-1-27a192bb",
            "paymentIdempotencyId":"4289457hd38djoa783jw9qag3","paymentLifecycleId":"3gaq9wj387","status":"COMPLETED",
            "statusDetails":{"status":"COMPLETED","isoStatus":{"code":"ACSC","name":"AcceptedSettlementCompleted"}},
            "payeeDetails":{"name":"Jane Doe","accountIdentifications":[
              {"type":"ACCOUNT_NUMBER","identification":"12345678"},{"type":"SORT_CODE","identification":"123456"}]},
            "reference":"Bill Payment","amount":1.0,"currency":"GBP",
            "amountDetails":{"amount":1.0,"currency":"GBP"},"createdAt":"2021-06-10T11:26:54.887Z"}})");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.client_id, "pv3-a6ac6528");
    EXPECT_EQ(read->payment.amount.minor, 100);
    EXPECT_EQ(read->payment.end_to_end_id, "4289457hd38djoa783jw9qag3");
    EXPECT_EQ(read->payment.reference, "Bill Payment");
    EXPECT_EQ(read->payment.payee.sort_code, "123456");
    EXPECT_EQ(read->payment.payee.account_number, "12345678");
    EXPECT_EQ(read->payment.payee.name, "Jane Doe");
    EXPECT_EQ(read->payment.created_at.us, 1'623'324'414'887'000);
    EXPECT_FALSE(read->payment.has_failed);
}

TEST(YapilyPayment, the_published_eur_response_is_read_though_its_iban_is_wrong) {
    const auto read = yapily(
        R"({"data":{"id":"a9582f8e","status":"COMPLETED","statusDetails":{"isoStatus":{"code":"ACCP"}},
            "payer":{"name":"John Doe","accountIdentifications":[{"type":"IBAN","identification":"DE12345678901234567890"}]},
            "payeeDetails":{"name":"Jane Doe","accountIdentifications":[{"type":"IBAN","identification":"be12 3456 78901234"}]},
            "reference":"Bill Payment","amount":1.0,"currency":"EUR"}})");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.payee.iban, "BE12345678901234");
    EXPECT_EQ(read->payment.payer.iban, "DE12345678901234567890");
    EXPECT_EQ(read->payment.end_to_end_id, "");
    EXPECT_EQ(read->payment.created_at, Instant{});
}

TEST(YapilyPayment, the_amount_is_read_wherever_a_version_writes_it) {
    const struct {
        std::string_view members;
        std::int64_t minor;
    } cases[] = {
        {R"("amount":12.34,"currency":"GBP")", 1234},
        {R"("amount":{"amount":12.34,"currency":"GBP"})", 1234},
        {R"("amountDetails":{"amount":12.34,"currency":"GBP"})", 1234},
        {R"("amount":10.0,"currency":"JPY")", 10},
        {R"("amount":1e2,"currency":"GBP")", 10'000},
        {R"("amount":1.234E+1,"currency":"GBP")", 1234},
        {R"("amount":70368744177664.07,"currency":"GBP")",
         7'036'874'417'766'407}, // no double holds it
    };
    for (const auto& c : cases) {
        const auto read = yapily(R"({"id":"1","payee":{},)" + std::string(c.members) + "}");
        ASSERT_TRUE(read.has_value()) << c.members << read.error().detail;
        EXPECT_EQ(read->payment.amount.minor, c.minor) << c.members;
    }
}

TEST(YapilyPayment, a_status_that_ends_without_money_has_failed) {
    const struct {
        std::string_view members;
        bool has_failed;
    } cases[] = {
        {R"("status":"FAILED")", true},
        {R"("status":"DECLINED")", true},
        {R"("status":"EXPIRED")", true},
        {R"("status":"COMPLETED","statusDetails":{"isoStatus":{"code":"RJCT"}})", true},
        {R"("status":"UNKNOWN","statusDetails":{"isoStatus":{"code":"CANC"}})", true},
        {R"("status":"PENDING")", false},
        {R"("status":"COMPLETED","statusDetails":{"isoStatus":{"code":"ACWC"}})", false},
        {R"("statusDetails":null)", false},
    };
    for (const auto& c : cases) {
        const auto read = yapily(R"({"id":"1","payee":{},"amount":1,"currency":"GBP",)" +
                                 std::string(c.members) + "}");
        ASSERT_TRUE(read.has_value()) << c.members << read.error().detail;
        EXPECT_EQ(read->payment.has_failed, c.has_failed) << c.members;
    }
}

TEST(YapilyPayment, a_virtual_account_is_found_among_the_identifications) {
    const auto read = yapily(
        R"({"id":"1","amount":1,"currency":"GBP","payee":{"accountIdentifications":[
            {"type":"BIC","identification":"X"},{"type":"VIRTUAL_ACCOUNT_ID","identification":"va-7"}]}})");
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    EXPECT_EQ(read->payment.payee_account_id, "va-7");
}

TEST(YapilyPayment, each_problem_is_named) {
    const struct {
        std::string_view body;
        Code code;
        std::string_view member;
    } cases[] = {
        {R"({"data":{}})", Code::member_missing, "data.id"},
        {R"({"id":"1"})", Code::member_missing, "amountDetails"},
        {R"({"id":"1","amount":1,"currency":"GBP"})", Code::member_missing, "payeeDetails"},
        {R"({"id":"1","amount":"1","currency":"GBP","payee":{}})", Code::amount_invalid, "amount"},
        {R"({"id":"1","amount":1e-3,"currency":"GBP","payee":{}})", Code::amount_invalid, "amount"},
        {R"({"id":"1","amount":1e99,"currency":"GBP","payee":{}})", Code::amount_invalid, "amount"},
        {R"({"id":"1","amount":1.001,"currency":"GBP","payee":{}})", Code::amount_invalid,
         "amount"},
        {R"({"id":"1","amount":0,"currency":"GBP","payee":{}})", Code::amount_invalid, "amount"},
        {R"({"id":"1","amount":1,"currency":"???","payee":{}})", Code::currency_unknown,
         "currency"},
        {R"({"id":"1","amount":1,"currency":"GBP","payee":[]})", Code::value_invalid, "payee"},
        {R"({"id":"1","amount":1,"currency":"GBP","payee":{},"createdAt":"x"})",
         Code::timestamp_invalid, "createdAt"},
        {R"({"data":[]})", Code::value_invalid, "data"},
    };
    for (const auto& c : cases) {
        const auto read = yapily(c.body);
        ASSERT_FALSE(read.has_value()) << c.body;
        EXPECT_EQ(info(read.error().code).token, info(c.code).token) << c.body;
        EXPECT_TRUE(read.error().detail.starts_with(c.member)) << c.body << read.error().detail;
    }
}

} // namespace
} // namespace settled::payloads
