#include "connectors/mambu/settings.h"

#include "wire/time.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::connectors::mambu {
namespace {

TEST(MambuSettings, the_published_names_are_the_defaults) {
    const auto settings = parse_settings("{}");
    ASSERT_TRUE(settings.has_value()) << settings.error().detail;
    EXPECT_EQ(settings->bank_connector, "clearbank");
    EXPECT_EQ(used_channels(settings->channels),
              (std::vector<std::string>{"MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS",
                                        "CB_Loan_Disbursement_FPS", "CB_Loan_Disbursement_CHAPS",
                                        "CB_Loan_Repayment_FPS", "CB_Loan_Repayment_CHAPS"}));
    EXPECT_EQ(used_fields(settings->loan_fields),
              (std::vector<FieldPath>{{"_ClearBank_Loan", "virtualAccountId"},
                                      {"_ClearBank_Loan", "ibanLoan"}}));
    EXPECT_EQ(used_fields(settings->transaction_fields),
              (std::vector<FieldPath>{{"_ClearBank_Transaction", "creditorName"},
                                      {"_ClearBank_Transaction", "creditorIBAN"},
                                      {"_ClearBank_Transaction", "debtorName"},
                                      {"_ClearBank_Transaction", "debtorIBAN"},
                                      {"_ClearBank_Transaction", "paymentReference"},
                                      {"_ClearBank_Transaction", "transactionEndToEndId"},
                                      {"_ClearBank_Transaction", "transactionStatus"}}));
    EXPECT_EQ(settings->chaps.purpose, "LOAN");
    EXPECT_EQ(settings->chaps.category_purpose, "LOAN");
    for (const RefusalReason reason : {RefusalReason::closed, RefusalReason::locked,
                                       RefusalReason::unknown, RefusalReason::overpaid})
        EXPECT_EQ(settings->when_refused(reason), RefusedMoney::suspense);
    EXPECT_EQ(settings->booking_not_payable, NotPayable::review);
    EXPECT_EQ(settings->time_zone.name(), "Europe/London");
}

TEST(MambuSettings, every_member_is_read) {
    const auto settings = parse_settings(R"({"bank_connector":"cb-live",
      "debtor":{"iban":"GB57CLRB04040100057354","name":"Lender Ltd","address":"1 High Street, London"},
      "channels":{"mbu_disbursement_fps":"OUT","cb_repayment_bacs":"CB_Bacs"},
      "loan_fields":{"set":"_Loan","iban":"iban","assigned_user":"_Staff.officer"},
      "transaction_fields":{"set":"_Tx","creditor_sort_code":"sortCode","status":"_State.status"},
      "chaps":{"purpose":"SUPP","category_purpose":"SUPP","debtor_address":
        {"street_name":"High Street","town_name":"London","country":"GB","post_code":"SW1A 1AA"}},
      "prepayment":{"prepaymentRecalculationMethod":"NO_RECALCULATION"},
      "repayment_refused":{"closed":"return","overpaid":"return"},
      "booking_not_payable":"adjust","time_zone":"+03:00"})");
    ASSERT_TRUE(settings.has_value()) << settings.error().detail;
    EXPECT_EQ(settings->bank_connector, "cb-live");
    EXPECT_EQ(settings->debtor_iban, "GB57CLRB04040100057354");
    EXPECT_EQ(settings->debtor_name, "Lender Ltd");
    EXPECT_EQ(settings->debtor_address, "1 High Street, London");
    EXPECT_EQ(settings->channels.mbu_disbursement_fps, "OUT");
    EXPECT_EQ(settings->channels.cb_repayment_bacs, "CB_Bacs");
    EXPECT_EQ(settings->channels.cb_repayment_fps, "CB_Loan_Repayment_FPS");
    EXPECT_EQ(settings->loan_fields.iban, (FieldPath{"_Loan", "iban"}));
    EXPECT_EQ(settings->loan_fields.virtual_account_id, (FieldPath{"_Loan", "virtualAccountId"}));
    EXPECT_EQ(settings->loan_fields.assigned_user, (FieldPath{"_Staff", "officer"}));
    EXPECT_EQ(settings->transaction_fields.creditor_sort_code, (FieldPath{"_Tx", "sortCode"}));
    EXPECT_EQ(settings->transaction_fields.status, (FieldPath{"_State", "status"}));
    EXPECT_EQ(settings->transaction_fields.creditor_name, (FieldPath{"_Tx", "creditorName"}));
    EXPECT_EQ(settings->chaps.purpose, "SUPP");
    EXPECT_EQ(settings->chaps.debtor_address.town_name, "London");
    EXPECT_EQ(settings->prepayment, R"({"prepaymentRecalculationMethod":"NO_RECALCULATION"})");
    EXPECT_EQ(settings->when_refused(RefusalReason::closed), RefusedMoney::return_to_sender);
    EXPECT_EQ(settings->when_refused(RefusalReason::locked), RefusedMoney::suspense);
    EXPECT_EQ(settings->when_refused(RefusalReason::overpaid), RefusedMoney::return_to_sender);
    EXPECT_EQ(settings->booking_not_payable, NotPayable::adjust);
    EXPECT_EQ(settings->time_zone.name(), "+03:00");
    EXPECT_EQ(
        parse_settings(R"({"repayment_refused":"return"})")->when_refused(RefusalReason::unknown),
        RefusedMoney::return_to_sender);
}

TEST(MambuSettings, each_mistake_is_named_by_its_member) {
    const struct {
        std::string_view json;
        std::string_view pointer;
        Code code;
    } cases[] = {
        {R"({"bank":"x"})", "/bank", Code::member_unknown},
        {R"({"bank_connector":7})", "/bank_connector", Code::value_invalid},
        {R"({"debtor":{}})", "/debtor/iban", Code::member_missing},
        {R"({"debtor":{"iban":"DE89370400440532013000"}})", "/debtor/iban", Code::iban_invalid},
        {R"({"debtor":{"iban":"GB57CLRB04040100057354","name":"漢"}})", "/debtor/name",
         Code::characters_not_allowed},
        {R"({"channels":[]})", "/channels", Code::value_invalid},
        {R"({"channels":{"mbu_fps":"x"}})", "/channels/mbu_fps", Code::member_unknown},
        {R"({"channels":{"mbu_disbursement_chaps":"MBU_Loan_Disbursement_FPS"}})",
         "/channels/mbu_disbursement_chaps", Code::value_invalid},
        {R"({"channels":{"cb_repayment_fps":"MBU_Loan_Disbursement_FPS"}})", "/channels",
         Code::value_invalid},
        {R"({"loan_fields":{"set":"ClearBank"}})", "/loan_fields/set", Code::value_invalid},
        {R"({"loan_fields":{"iban":"_Set.a b"}})", "/loan_fields/iban", Code::value_invalid},
        {R"({"loan_fields":{"iban":"a/b"}})", "/loan_fields/iban", Code::value_invalid},
        {R"({"transaction_fields":{"state":"x"}})", "/transaction_fields/state",
         Code::member_unknown},
        {R"({"chaps":{"purpose":"loan"}})", "/chaps/purpose", Code::value_invalid},
        {R"({"chaps":{"category_purpose":"XXXX"}})", "/chaps/category_purpose",
         Code::value_invalid},
        {R"({"chaps":{"debtor_address":{"town_name":"London","country":"GB"}}})",
         "/chaps/debtor_address/post_code", Code::member_missing},
        {R"({"prepayment":[]})", "/prepayment", Code::value_invalid},
        {R"({"prepayment":{"amount":1}})", "/prepayment", Code::value_invalid},
        {R"({"prepayment":{"_Set":{}}})", "/prepayment", Code::value_invalid},
        {R"({"repayment_refused":"keep"})", "/repayment_refused", Code::value_invalid},
        {R"({"repayment_refused":{"closed":"keep"}})", "/repayment_refused/closed",
         Code::value_invalid},
        {R"({"repayment_refused":{"open":"return"}})", "/repayment_refused/open",
         Code::member_unknown},
        {R"({"booking_not_payable":"pay"})", "/booking_not_payable", Code::value_invalid},
        {R"({"time_zone":"Europe/Paris"})", "/time_zone", Code::value_invalid},
        {R"({"time_zone":"+3"})", "/time_zone", Code::value_invalid},
        {R"({"time_zone":"+15:00"})", "/time_zone", Code::value_invalid},
    };
    for (const auto& c : cases) {
        const auto settings = parse_settings(c.json);
        ASSERT_FALSE(settings.has_value()) << c.json;
        ASSERT_FALSE(settings.error().problems.empty()) << c.json;
        EXPECT_EQ(settings.error().problems[0].pointer, c.pointer) << c.json;
        EXPECT_EQ(settings.error().problems[0].code, c.code) << c.json;
    }
}

TEST(MambuSettings, all_mistakes_are_reported_at_once) {
    const auto settings = parse_settings(
        R"({"debtor":{"iban":"x"},"channels":{"a":"b"},"repayment_refused":"keep","time_zone":"x"})");
    ASSERT_FALSE(settings.has_value());
    std::set<std::string> pointers;
    for (const Problem& problem : settings.error().problems)
        pointers.insert(problem.pointer);
    EXPECT_EQ(pointers, (std::set<std::string>{"/debtor/iban", "/channels/a", "/repayment_refused",
                                               "/time_zone"}));
}

TEST(MambuSettings, a_channel_decides_the_scheme) {
    const Channels channels;
    EXPECT_EQ(scheme_of_booking(channels, "MBU_Loan_Disbursement_FPS"), "fps");
    EXPECT_EQ(scheme_of_booking(channels, "MBU_Loan_Disbursement_CHAPS"), "chaps");
    EXPECT_EQ(scheme_of_booking(channels, "CB_Loan_Disbursement_FPS"), std::nullopt);
    EXPECT_EQ(scheme_of_booking(channels, ""), std::nullopt);
    EXPECT_EQ(disbursement_channel(channels, "fps"), "CB_Loan_Disbursement_FPS");
    EXPECT_EQ(disbursement_channel(channels, "chaps"), "CB_Loan_Disbursement_CHAPS");
    EXPECT_EQ(repayment_channel(channels, "fps"), "CB_Loan_Repayment_FPS");
    EXPECT_EQ(repayment_channel(channels, "chaps"), "CB_Loan_Repayment_CHAPS");
    EXPECT_EQ(repayment_channel(channels, "bacs"), "");
}

TEST(MambuDates, times_are_the_organisation_s) {
    const struct {
        std::string_view utc, zone, local;
    } cases[] = {
        {"2026-11-22T10:00:01.900Z", "Europe/London", "2026-11-22T10:00:01+00:00"},
        {"2026-07-01T23:30:00Z", "Europe/London", "2026-07-02T00:30:00+01:00"},
        {"2026-03-29T00:59:59Z", "Europe/London", "2026-03-29T00:59:59+00:00"},
        {"2026-03-29T01:00:00Z", "Europe/London", "2026-03-29T02:00:00+01:00"},
        {"2026-10-25T00:59:59Z", "Europe/London", "2026-10-25T01:59:59+01:00"},
        {"2026-10-25T01:00:00Z", "Europe/London", "2026-10-25T01:00:00+00:00"},
        {"2026-11-22T22:00:00Z", "+03:00", "2026-11-23T01:00:00+03:00"},
        {"2026-11-22T01:00:00Z", "-03:30", "2026-11-21T21:30:00-03:30"},
    };
    for (const auto& c : cases) {
        const TimeZone zone = *TimeZone::parse(c.zone);
        const Instant at = *wire::parse_rfc3339(c.utc);
        EXPECT_EQ(to_organisation_time(at, zone), c.local);
        EXPECT_EQ(to_organisation_day(at, zone), c.local.substr(0, 10));
        EXPECT_EQ(zone.name(), c.zone);
    }
}

} // namespace
} // namespace settled::connectors::mambu
