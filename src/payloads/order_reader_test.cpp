#include "payloads/order_reader.h"

#include <gtest/gtest.h>

namespace settled::payloads {
namespace {

Result<domain::NewOrder> read(std::string_view body, bool transliterate = false,
                              const domain::ModulusTable* modulus = nullptr) {
    const auto document = wire::JsonDocument::parse(body);
    EXPECT_TRUE(document.has_value()) << body;
    return read_order(document->root(), {transliterate, modulus});
}

const std::string fps_order =
    R"({"client_id":"payout-17","connector":"clearbank","scheme":"fps",)"
    R"("amount":{"value":"100.00","currency":"GBP"},)"
    R"("debtor":{"iban":"gb57 clrb 0404 0100 0573 54","name":"Lender Ltd","address":"1 Bank Street, London"},)"
    R"("creditor":{"name":"Ann Lee","sort_code":"60-16-13","account_number":"31926819"},)"
    R"("reference":"LOAN 4711","end_to_end_id":"E2E-1","loan_account_id":"LN-4711"})";

const std::string chaps_order =
    R"({"client_id":"payout-18","connector":"clearbank","scheme":"chaps",)"
    R"("amount":{"value":"2500000.01","currency":"GBP"},"debtor":{"account_id":"acc_0000000000001"},)"
    R"("creditor":{"name":"Ann Lee","iban":"GB29NWBK60161331926819"},"reference":"COMPLETION OF 12 HIGH STREET",)"
    R"("chaps":{"purpose":"LOAN","category_purpose":"LOAN","debtor":{"address":{"building_number":"1","building_name":"Bank House",)"
    R"("street_name":"Bank Street","town_name":"London","country":"GB","post_code":"EC1A 1AA"}},)"
    R"("creditor":{"address":{"town_name":"Leeds","country":"GB","post_code":"LS1 1AA"}}}})";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(OrderReader, every_member_of_an_fps_order_is_read) {
    const auto order = read(fps_order);
    ASSERT_TRUE(order.has_value()) << order.error().detail;
    EXPECT_EQ(order->client_id, "payout-17");
    EXPECT_EQ(order->connector, "clearbank");
    EXPECT_EQ(order->scheme, "fps");
    EXPECT_EQ(order->amount.minor, 10000);
    EXPECT_EQ(order->debtor.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(order->debtor.name, "Lender Ltd");
    EXPECT_EQ(order->debtor_address.line, "1 Bank Street, London");
    EXPECT_EQ(order->debtor_account_id, "");
    EXPECT_EQ(order->creditor.name, "Ann Lee");
    EXPECT_EQ(order->creditor.sort_code, "601613");
    EXPECT_EQ(order->creditor.account_number, "31926819");
    EXPECT_EQ(order->creditor.iban, "");
    EXPECT_EQ(order->reference, "LOAN 4711");
    EXPECT_EQ(order->end_to_end_id, "E2E-1");
    EXPECT_EQ(order->loan_account_id, "LN-4711");
}

TEST(OrderReader, every_member_of_a_chaps_order_is_read) {
    const auto order = read(chaps_order);
    ASSERT_TRUE(order.has_value()) << order.error().detail;
    EXPECT_EQ(order->scheme, "chaps");
    EXPECT_EQ(order->amount.minor, 250'000'001);
    EXPECT_EQ(order->debtor_account_id, "acc_0000000000001");
    EXPECT_EQ(order->creditor.iban, "GB29NWBK60161331926819");
    EXPECT_EQ(order->purpose, "LOAN");
    EXPECT_EQ(order->category_purpose, "LOAN");
    EXPECT_EQ(order->debtor_address.building_number, "1");
    EXPECT_EQ(order->debtor_address.building_name, "Bank House");
    EXPECT_EQ(order->debtor_address.street_name, "Bank Street");
    EXPECT_EQ(order->debtor_address.town_name, "London");
    EXPECT_EQ(order->debtor_address.country, "GB");
    EXPECT_EQ(order->debtor_address.post_code, "EC1A 1AA");
    EXPECT_EQ(order->creditor_address.town_name, "Leeds");
}

TEST(OrderReader, an_optional_member_may_be_null_or_empty) {
    for (const char* absent : {"null", R"("")"}) {
        const std::string none(absent);
        const auto order = read(
            R"({"client_id":"1","connector":"c","scheme":"fps","amount":{"value":"0.01","currency":"GBP"},)"
            R"("debtor":{"iban":"GB57CLRB04040100057354","name":)" +
            none + R"(,"address":)" + none + R"(,"account_id":)" + none +
            R"(},"creditor":{"name":"A","iban":"GB29NWBK60161331926819","sort_code":)" + none +
            R"(},"reference":)" + none + R"(,"end_to_end_id":)" + none + R"(,"loan_account_id":)" +
            none + R"(,"chaps":null})");
        ASSERT_TRUE(order.has_value()) << order.error().detail;
        EXPECT_EQ(order->amount.minor, 1);
        EXPECT_EQ(order->end_to_end_id, "");
    }
}

TEST(OrderReader, the_bounds_themselves_are_taken) {
    const std::pair<std::string, std::string> cases[] = {
        {R"("100.00")", R"("1000000.00")"},
        {R"("100.00")", R"("0.01")"},
        {R"("100.00")", R"("100")"},
        {"Ann Lee", std::string(140, 'x')},
        {"LOAN 4711", std::string(18, 'x')},
        {"E2E-1", std::string(35, 'x')},
        {"1 Bank Street, London", std::string(140, 'x')},
        {"payout-17", std::string(128, 'x')},
        {"payout-17", "order_1"},
        {"Ann Lee", R"(O'Neill & \"Co\" (UK); 50% = <x> *!{@)"},
    };
    for (const auto& [from, to] : cases) {
        const auto order = read(replaced(fps_order, from, to));
        EXPECT_TRUE(order.has_value()) << to << (order ? "" : order.error().detail);
    }
    EXPECT_TRUE(read(replaced(chaps_order, "COMPLETION OF 12 HIGH STREET", std::string(35, 'x'))));
}

struct Bad {
    std::string_view from; // in the valid order
    std::string to;
    std::string_view pointer;
    Code code;
};

void expect_refused(const std::string& valid, std::span<const Bad> cases) {
    for (const Bad& c : cases) {
        const auto order = read(replaced(valid, c.from, c.to));
        ASSERT_FALSE(order.has_value()) << c.to;
        ASSERT_EQ(order.error().problems.size(), 1U) << c.to << order.error().detail;
        const Problem& problem = order.error().problems[0];
        EXPECT_EQ(problem.pointer, c.pointer) << c.to;
        EXPECT_EQ(info(problem.code).token, info(c.code).token) << c.to;
        EXPECT_EQ(info(order.error().code).token, info(c.code).token) << c.to;
        EXPECT_FALSE(problem.detail.empty()) << c.to;
    }
}

using enum Code;

TEST(OrderReader, an_order_with_wrong_members_is_refused) {
    const std::string_view id = R"("client_id":"payout-17",)";
    const std::string_view connector = R"("connector":"clearbank",)";
    const std::string_view scheme = R"("scheme":"fps",)";
    const std::string_view e2e = R"("E2E-1")";
    const Bad cases[] = {
        {id, "", "/client_id", member_missing},
        {id, R"("client_id":null,)", "/client_id", member_missing},
        {id, R"("client_id":"",)", "/client_id", member_missing},
        {id, R"("client_id":7,)", "/client_id", value_invalid},
        {id, R"("client_id":[],)", "/client_id", value_invalid},
        {id, R"("client_id":"a/b",)", "/client_id", value_invalid},
        {id, R"("client_id":"a b",)", "/client_id", value_invalid},
        {id, R"("client_id":"..",)", "/client_id", value_invalid},
        {id, R"("client_id":"é",)", "/client_id", value_invalid},
        {id, R"("client_id":"a\u0000b",)", "/client_id", value_invalid},
        {id, R"("client_id":"ord_1",)", "/client_id", value_invalid},
        {id, R"("client_id":"ord_0000000000001",)", "/client_id", value_invalid},
        {id, R"("client_id":")" + std::string(129, 'x') + R"(",)", "/client_id", value_invalid},
        {id, R"("client_id":"a","id":"b",)", "/id", member_unknown},
        {connector, "", "/connector", member_missing},
        {connector, R"("connector":{},)", "/connector", value_invalid},
        {connector, R"("connector":")" + std::string(257, 'x') + R"(",)", "/connector",
         value_invalid},
        {scheme, "", "/scheme", member_missing},
        {scheme, R"("scheme":"bacs",)", "/scheme", scheme_not_offered},
        {scheme, R"("scheme":"FPS",)", "/scheme", value_invalid},
        {scheme, R"("scheme":"sepa",)", "/scheme", value_invalid},
        {scheme, R"("scheme":1,)", "/scheme", value_invalid},
        {R"("LOAN 4711")", "4711", "/reference", value_invalid},
        {R"("LOAN 4711")", R"("nineteen characters")", "/reference", value_invalid},
        {R"("LOAN 4711")", R"(" ")", "/reference", value_invalid},
        {R"("LOAN 4711")", R"("LOAN_4711")", "/reference", characters_not_allowed},
        {R"("LOAN 4711")", R"("LOAN £1")", "/reference", characters_not_allowed},
        {R"("LOAN 4711")", R"("LOAN\n1")", "/reference", value_invalid},
        {R"("LOAN 4711")", R"("LOAN[1]")", "/reference", characters_not_allowed},
        {e2e, "1", "/end_to_end_id", value_invalid},
        {e2e, R"("E2E_1")", "/end_to_end_id", characters_not_allowed},
        {e2e, R"("E2E#1")", "/end_to_end_id", characters_not_allowed},
        {e2e, R"("É")", "/end_to_end_id", characters_not_allowed},
        {e2e, R"(" E2E")", "/end_to_end_id", value_invalid},
        {e2e, R"("E2E ")", "/end_to_end_id", value_invalid},
        {e2e, "\"" + std::string(36, 'x') + "\"", "/end_to_end_id", value_invalid},
        {R"("LN-4711")", "4711", "/loan_account_id", value_invalid},
        {R"("LN-4711")", R"("LN 4711")", "/loan_account_id", value_invalid},
        {R"("LN-4711")", "\"" + std::string(65, 'x') + "\"", "/loan_account_id", value_invalid},
        {R"("LN-4711")", R"("LN-4711","chaps":{})", "/chaps", value_invalid},
        {R"("LN-4711")", R"("LN-4711","colour":"red")", "/colour", member_unknown},
    };
    expect_refused(fps_order, cases);
}

TEST(OrderReader, a_wrong_amount_is_refused) {
    const std::string_view amount = R"({"value":"100.00","currency":"GBP"})";
    const std::string_view value = R"("100.00")";
    const std::string_view currency = R"("GBP")";
    const Bad cases[] = {
        {amount, "null", "/amount", member_missing},
        {amount, R"("100.00")", "/amount", value_invalid},
        {amount, "100.00", "/amount", value_invalid},
        {amount, "[]", "/amount", value_invalid},
        {amount, R"({"currency":"GBP"})", "/amount/value", member_missing},
        {amount, R"({"value":"100.00"})", "/amount/currency", member_missing},
        {amount, R"({"value":"100.00","currency":"GBP","vat":"1"})", "/amount/vat", member_unknown},
        {value, "100.00", "/amount/value", value_invalid},
        {value, R"("0")", "/amount/value", amount_invalid},
        {value, R"("0.00")", "/amount/value", amount_invalid},
        {value, R"("-100.00")", "/amount/value", amount_invalid},
        {value, R"("+100.00")", "/amount/value", amount_invalid},
        {value, R"("100.001")", "/amount/value", amount_invalid},
        {value, R"("1e2")", "/amount/value", amount_invalid},
        {value, R"("1,000.00")", "/amount/value", amount_invalid},
        {value, R"("NaN")", "/amount/value", amount_invalid},
        {value, R"("0x64")", "/amount/value", amount_invalid},
        {value, R"(".5")", "/amount/value", amount_invalid},
        {value, R"(" 100.00")", "/amount/value", amount_invalid},
        {value, R"("99999999999999999999")", "/amount/value", amount_invalid},
        {value, R"("1000000.01")", "/amount/value", amount_invalid},
        {value, R"("2000000")", "/amount/value", amount_invalid},
        {currency, R"("EUR")", "/amount/currency", value_invalid},
        {currency, R"("USD")", "/amount/currency", value_invalid},
        {currency, R"("JPY")", "/amount/currency", value_invalid},
        {currency, R"("gbp")", "/amount/currency", currency_unknown},
        {currency, R"("XXX")", "/amount/currency", currency_unknown},
        {currency, "826", "/amount/currency", value_invalid},
    };
    expect_refused(fps_order, cases);
}

TEST(OrderReader, a_wrong_debtor_is_refused) {
    const std::string_view debtor =
        R"({"iban":"gb57 clrb 0404 0100 0573 54","name":"Lender Ltd","address":"1 Bank Street, London"})";
    const std::string_view iban = R"("iban":"gb57 clrb 0404 0100 0573 54")";
    const std::string_view address = R"("1 Bank Street, London")";
    const Bad cases[] = {
        {debtor, "null", "/debtor", member_missing},
        {debtor, R"("GB57CLRB04040100057354")", "/debtor", value_invalid},
        {debtor, "{}", "/debtor/iban", member_missing},
        {iban, R"("iban":"GB58CLRB04040100057354")", "/debtor/iban", iban_invalid},
        {iban, R"("iban":"GB57CLRB0404010005735")", "/debtor/iban", iban_invalid},
        {iban, R"("iban":"DE89370400440532013000")", "/debtor/iban", iban_invalid},
        {iban, R"("iban":57)", "/debtor/iban", value_invalid},
        {iban, R"("account_id":"17")", "/debtor/account_id", value_invalid},
        {iban, R"("account_id":"pay_0000000000001")", "/debtor/account_id", value_invalid},
        {iban, R"("account_id":"acc_000000000000l")", "/debtor/account_id", value_invalid},
        {iban, R"("account_id":"acc_0000000000001","iban":"GB57CLRB04040100057354")",
         "/debtor/account_id", value_invalid},
        {R"("Lender Ltd")", R"("Lender_Ltd")", "/debtor/name", characters_not_allowed},
        {R"("Lender Ltd")", "\"" + std::string(141, 'x') + "\"", "/debtor/name", value_invalid},
        {R"("Lender Ltd")", "7", "/debtor/name", value_invalid},
        {address, "{}", "/debtor/address", value_invalid},
        {address, R"("1 Bank Street & Co")", "/debtor/address", characters_not_allowed},
        {address, R"("Straße 1")", "/debtor/address", characters_not_allowed},
        {address, "\"" + std::string(141, 'x') + "\"", "/debtor/address", value_invalid},
        {address, R"("  ")", "/debtor/address", value_invalid},
        {iban, R"("iban":"GB57CLRB04040100057354","bic":"X")", "/debtor/bic", member_unknown},
    };
    expect_refused(fps_order, cases);
}

TEST(OrderReader, a_wrong_creditor_is_refused) {
    const std::string_view creditor =
        R"({"name":"Ann Lee","sort_code":"60-16-13","account_number":"31926819"})";
    const std::string_view name = R"("Ann Lee")";
    const std::string_view code = R"("60-16-13")";
    const std::string_view number = R"("31926819")";
    const Bad cases[] = {
        {creditor, "null", "/creditor", member_missing},
        {creditor, "[]", "/creditor", value_invalid},
        {creditor, R"({"name":"Ann"})", "/creditor/iban", member_missing},
        {creditor, R"({"name":"Ann","sort_code":"601613"})", "/creditor/account_number",
         member_missing},
        {creditor, R"({"name":"Ann","account_number":"31926819"})", "/creditor/sort_code",
         member_missing},
        {creditor, R"({"iban":"GB29NWBK60161331926819"})", "/creditor/name", member_missing},
        {creditor, R"({"name":"Ann","iban":"GB29NWBK60161331926818"})", "/creditor/iban",
         iban_invalid},
        {creditor, R"({"name":"Ann","iban":"FR1420041010050500013M02606"})", "/creditor/iban",
         iban_invalid},
        {creditor,
         R"({"name":"Ann","iban":"GB29NWBK60161331926819","sort_code":"601613","account_number":"31926819"})",
         "/creditor/iban", value_invalid},
        {name, "7", "/creditor/name", value_invalid},
        {name, R"(" ")", "/creditor/name", value_invalid},
        {name, R"("O’Neill")", "/creditor/name", characters_not_allowed},
        {name, R"("Zoë")", "/creditor/name", characters_not_allowed},
        {name, R"("Ann\tLee")", "/creditor/name", value_invalid},
        {name, R"("A|B")", "/creditor/name", characters_not_allowed},
        {name, R"("A}B")", "/creditor/name", characters_not_allowed},
        {name, R"("$")", "/creditor/name", characters_not_allowed},
        {name, R"("😀")", "/creditor/name", characters_not_allowed},
        {name, "\"" + std::string(141, 'x') + "\"", "/creditor/name", value_invalid},
        {name, "\"" + std::string(1025, 'x') + "\"", "/creditor/name", value_invalid},
        {code, R"("60161")", "/creditor/sort_code", value_invalid},
        {code, R"("6016133")", "/creditor/sort_code", value_invalid},
        {code, R"("60161A")", "/creditor/sort_code", value_invalid},
        {code, "601613", "/creditor/sort_code", value_invalid},
        {number, R"("3192681")", "/creditor/account_number", value_invalid},
        {number, R"("319268190")", "/creditor/account_number", value_invalid},
        {number, R"("3192681X")", "/creditor/account_number", value_invalid},
        {number, R"("3192 6819")", "/creditor/account_number", value_invalid},
        {number, "31926819", "/creditor/account_number", value_invalid},
        {number, R"("31926819","address":"x")", "/creditor/address", member_unknown},
    };
    expect_refused(fps_order, cases);
}

TEST(OrderReader, holds_sort_code_and_account_number_against_a_table) {
    const auto table = domain::ModulusTable::parse(
        "601600 601699 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1\n", ""); // the last digit must be 0
    ASSERT_TRUE(table);
    const auto refused = read(fps_order, false, &*table);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, modulus_failed);
    EXPECT_EQ(refused.error().problems.front().pointer, "/creditor/account_number");
    const std::string good = replaced(std::string(fps_order), "31926819", "31926810");
    EXPECT_TRUE(read(good, false, &*table));
    const std::string by_iban =
        replaced(std::string(fps_order), R"("sort_code":"60-16-13","account_number":"31926819")",
                 R"("iban":"GB29NWBK60161331926819")");
    const auto iban_refused = read(by_iban, false, &*table);
    ASSERT_FALSE(iban_refused);
    EXPECT_EQ(iban_refused.error().problems.front().pointer, "/creditor/iban");
}

TEST(OrderReader, wrong_chaps_members_are_refused) {
    const std::string_view creditor_address =
        R"({"address":{"town_name":"Leeds","country":"GB","post_code":"LS1 1AA"}})";
    const std::string_view purpose = R"("purpose":"LOAN","category)";
    const Bad cases[] = {
        {R"("COMPLETION OF 12 HIGH STREET")", "null", "/reference", member_missing},
        {"COMPLETION OF 12 HIGH STREET", std::string(36, 'x'), "/reference", value_invalid},
        {purpose, R"("category)", "/chaps/purpose", member_missing},
        {purpose, R"("purpose":"loan","category)", "/chaps/purpose", value_invalid},
        {purpose, R"("purpose":"LOANS","category)", "/chaps/purpose", value_invalid},
        {purpose, R"("purpose":"ABCD","category)", "/chaps/purpose", value_invalid},
        {R"("category_purpose":"LOAN",)", "", "/chaps/category_purpose", member_missing},
        {R"("category_purpose":"LOAN",)", R"("category_purpose":"LOAR",)",
         "/chaps/category_purpose", value_invalid},
        {creditor_address, "null", "/chaps/creditor", member_missing},
        {creditor_address, "{}", "/chaps/creditor/address", member_missing},
        {creditor_address, R"({"address":"Leeds"})", "/chaps/creditor/address", value_invalid},
        {R"("town_name":"Leeds",)", "", "/chaps/creditor/address/town_name", member_missing},
        {R"("town_name":"Leeds")", R"("town_name":")" + std::string(36, 'x') + "\"",
         "/chaps/creditor/address/town_name", value_invalid},
        {R"("town_name":"Leeds","country":"GB")", R"("town_name":"Leeds","country":"UKX")",
         "/chaps/creditor/address/country", value_invalid},
        {R"("town_name":"Leeds","country":"GB")", R"("town_name":"Leeds","country":"gb")",
         "/chaps/creditor/address/country", value_invalid},
        {R"(,"post_code":"LS1 1AA")", "", "/chaps/creditor/address/post_code", member_missing},
        {"LS1 1AA", std::string(17, 'x'), "/chaps/creditor/address/post_code", value_invalid},
        {R"("building_number":"1")", R"("building_number":1)",
         "/chaps/debtor/address/building_number", value_invalid},
        {"Bank House", std::string(36, 'x'), "/chaps/debtor/address/building_name", value_invalid},
        {R"("Bank Street")", "\"" + std::string(71, 'x') + "\"",
         "/chaps/debtor/address/street_name", value_invalid},
        {R"("Bank Street")", R"("Straße")", "/chaps/debtor/address/street_name",
         characters_not_allowed},
        {R"("building_number")", R"("flat")", "/chaps/debtor/address/flat", member_unknown},
        {R"("purpose":"LOAN","category)", R"("urgency":"x","purpose":"LOAN","category)",
         "/chaps/urgency", member_unknown},
    };
    expect_refused(chaps_order, cases);
    const auto without = read(replaced(chaps_order.substr(0, chaps_order.find(R"(,"chaps")")) + "}",
                                       "payout-18", "payout-19"));
    ASSERT_FALSE(without.has_value());
    EXPECT_EQ(without.error().problems[0].pointer, "/chaps");
}

TEST(OrderReader, all_problems_are_reported_at_once) {
    const auto order =
        read(R"({"client_id":"ord_1","scheme":"bacs","amount":{"value":"1","currency":"EUR"},)"
             R"("debtor":{"iban":"X","address":"a&b"},"creditor":{"name":"Zoë","sort_code":"1"},)"
             R"("reference":"nineteen characters","end_to_end_id":"_","colour":1})");
    ASSERT_FALSE(order.has_value());
    std::vector<std::string> told;
    for (const Problem& problem : order.error().problems)
        told.push_back(problem.pointer + " " + std::string(info(problem.code).token));
    EXPECT_EQ(told,
              (std::vector<std::string>{
                  "/client_id value_invalid", "/connector member_missing",
                  "/scheme scheme_not_offered", "/amount/currency value_invalid",
                  "/debtor/iban iban_invalid", "/debtor/address characters_not_allowed",
                  "/creditor/name characters_not_allowed", "/creditor/sort_code value_invalid",
                  "/creditor/account_number member_missing", "/reference value_invalid",
                  "/end_to_end_id characters_not_allowed", "/colour member_unknown"}));
}

TEST(OrderReader, bacs_is_refused_with_what_to_do_instead) {
    const auto order = read(replaced(fps_order, R"("fps")", R"("bacs")"));
    EXPECT_EQ(order.error().detail, "scheme: the bank makes no outbound Bacs payments: give fps "
                                    "(at once, up to 1,000,000.00) or chaps");
}

TEST(OrderReader, a_setting_writes_texts_in_what_the_scheme_carries) {
    const std::string body =
        replaced(replaced(replaced(fps_order, "Ann Lee", "Zoë O’Neill"), "LOAN 4711", "LOAN_4711"),
                 "1 Bank Street, London", "Königstraße 1");
    EXPECT_EQ(read(body).error().problems.size(), 3U);
    const auto order = read(body, true);
    ASSERT_TRUE(order.has_value()) << order.error().detail;
    EXPECT_EQ(order->creditor.name, "Zoe O'Neill");
    EXPECT_EQ(order->reference, "LOAN-4711");
    EXPECT_EQ(order->debtor_address.line, "Konigstrasse 1");
    // Nothing is cut, and ids stay as they are given.
    EXPECT_FALSE(read(replaced(fps_order, "LOAN 4711", "nineteen characters"), true));
    EXPECT_FALSE(read(replaced(fps_order, "E2E-1", "É2E-1"), true));
    EXPECT_FALSE(read(replaced(fps_order, "Ann Lee", "日本"), true));
}

TEST(OrderReader, a_body_that_is_no_object_is_refused) {
    for (const char* body : {"[]", "7", "\"x\"", "null"}) {
        const auto order = read(body);
        ASSERT_FALSE(order.has_value());
        EXPECT_EQ(order.error().code, Code::value_invalid) << body;
    }
}

} // namespace
} // namespace settled::payloads
