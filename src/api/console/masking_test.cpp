#include "api/console/masking.h"

#include "api/console/account_texts.h"
#include "api/console/json_walk.h"
#include "wire/json.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

struct Case {
    const char* json;
    const char* shown;
};

void expect(std::initializer_list<Case> cases) {
    for (const auto& [json, shown] : cases)
        EXPECT_EQ(masked(json), shown) << json;
}

TEST(Masking, shows_the_first_and_last_four_of_an_iban_wherever_it_stands) {
    expect({
        {R"({"iban":"GB57CLRB04040100057354"})", R"({"iban":"GB57**************7354"})"},
        {R"({"iban":"gb57 clrb 0404 0100 0573 54"})", R"({"iban":"gb57 **** **** **** **73 54"})"},
        {R"({"reference":"rent DE89370400440532013000, thanks"})",
         R"({"reference":"rent DE89**************3000, thanks"})"},
        {R"({"reference":"DE89 3704 0044 0532 0130 00 is it"})",
         R"({"reference":"DE89 **** **** **** **30 00 is it"})"},
        {R"(["x GB00ABCD12345678901234 y"])", R"(["x GB00**************1234 y"])"},
        {R"({"composite_key":"a|GB57CLRB04040100057354|b"})",
         R"({"composite_key":"a|GB57**************7354|b"})"},
        {R"({"GB57CLRB04040100057354":1})", R"({"GB57**************7354":1})"},
    });
}

TEST(Masking, shows_the_last_four_digits_of_an_account_number_by_its_member) {
    expect({
        {R"({"account_number":"12345678"})", R"({"account_number":"****5678"})"},
        {R"({"AccountNumber":12345678})", R"({"AccountNumber":"****5678"})"},
        {R"({"account":"04-00-04 12345678"})", R"({"account":"**-**-** ****5678"})"},
        {R"({"counterparty_account":"04000412345678"})",
         R"({"counterparty_account":"**********5678"})"},
        {R"({"BBAN":"CLRB04040012345678"})", R"({"BBAN":"**************5678"})"},
        {R"({"accountNumber":["12345678","87654321"]})",
         R"({"accountNumber":["****5678","****4321"]})"},
    });
}

TEST(Masking, finds_the_account_numbers_of_an_answer_in_its_other_texts) {
    expect({
        {R"({"account_number":"12345678","sentence":"to 12345678, for 123456789"})",
         R"({"account_number":"****5678","sentence":"to ****5678, for 123456789"})"},
        {R"({"sentence":"from 04040100057354","iban":"GB57CLRB04040100057354"})",
         R"({"sentence":"from **********7354","iban":"GB57**************7354"})"},
    });
}

TEST(Masking, leaves_everything_else_as_it_is) {
    for (
        const char* const json :
        {R"({"id":"pay_01J5ZQ8M3X7KD","amount":{"value":"12.34","currency":"GBP"},"rank":12345678})",
         R"({"account":null,"account_id":"acc_01J5ZQ8M3X7KD","account":"acc_01J5ZQ8M3X7KD"})",
         R"({"account":"a7f3c1d2-0404-4010-8005-735400000000"})", R"({"account":"\u20266819"})",
         R"({"uetr":"eb6305c9-1f7f-49de-aed0-16487c27b42d","reference":"INV-2041 20261130"})",
         R"({"digest":"ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12"})",
         R"({"account":"****5678","text":"line\nnext \"quoted\" \\ \u00e9"})", "null", "[]", ""})
        EXPECT_EQ(masked(json), json);
}

TEST(Masking, goes_into_the_body_of_a_message_and_stays_json) {
    const std::string shown = masked(
        R"({"body":"{\"Account\":{\"IBAN\":\"GB57CLRB04040100057354\"},\"Id\":\"12345678\",\"Name\":\"Zo\u00eb\"}"})");
    const auto document = wire::JsonDocument::parse(shown);
    ASSERT_TRUE(document.has_value()) << shown;
    const std::string body(*document->root().member("body")->string());
    EXPECT_EQ(body,
              R"({"Account":{"IBAN":"GB57**************7354"},"Id":"****5678","Name":"Zoë"})");
}

TEST(Masking, withholds_a_body_that_cannot_be_read) {
    expect({
        {R"({"body":"{\"IBAN\":\"GB57CLRB0404"})", R"({"body":null})"},
        {R"({"body":"<Document>12345678</Document>"})", R"({"body":null})"},
        {R"({"reply":"12345678"})", R"({"reply":null})"},
        {R"({"body":""})", R"({"body":""})"},
        {R"({"body":"{}"})", R"({"body":"{}"})"},
    });
}

TEST(Masking, takes_parts_of_a_stream_of_events) {
    EXPECT_EQ(masked("id: evt_1\ndata: {\"iban\":\"GB57CLRB04040100057354\"}\n\n: \n\n"),
              "id: evt_1\ndata: {\"iban\":\"GB57**************7354\"}\n\n: \n\n");
    EXPECT_EQ(masked(R"({"cut":"GB57)"), R"({"cut":"GB57)");
}

TEST(Masking, is_no_matter_of_size) {
    std::string json = "[";
    for (int i = 0; i < 20'000; ++i)
        json += R"({"iban":"GB57CLRB04040100057354","n":[1,2]},)";
    json.back() = ']';
    const std::string shown = masked(json);
    EXPECT_EQ(shown.size(), json.size());
    EXPECT_EQ(shown.find("CLRB"), shown.npos);
}

TEST(JsonWalk, reads_every_escape) {
    EXPECT_EQ(unescaped(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
    EXPECT_EQ(unescaped(R"(\u0041\u00e9\u20ac\ud83d\ude00)"), "A\u00e9\u20ac\U0001F600");
    EXPECT_EQ(unescaped(R"(\x \u12)"), R"(\x \u12)");
}

TEST(AccountTexts, an_iban_ends_where_its_check_digits_hold) {
    const std::string text = "DE89 3704 0044 0532 0130 00 or so";
    EXPECT_EQ(iban_at(text, 0), 27U);
    EXPECT_EQ(iban_at("DE88370400440532013000", 0), 0U) << "of a country whose shape is not known";
    EXPECT_EQ(iban_at("XDE89370400440532013000", 1), 0U) << "in the middle of a word";
}

} // namespace
} // namespace settled::api
