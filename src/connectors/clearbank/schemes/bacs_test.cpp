#include "connectors/clearbank/schemes/bacs.h"

#include "connectors/clearbank/webhook.h"
#include "support/source_path.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace settled::connectors::clearbank {
namespace {

using domain::BacsFact;
using domain::BacsStatus;
using domain::BacsSubject;

std::string published(std::string_view name) {
    std::ifstream file(settled::source_path("tests/fixtures/clearbank/") + std::string(name) +
                       ".json");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

BacsFact read(std::string_view body) {
    const auto webhook = read_webhook(body).value();
    const auto* const fact = std::get_if<BacsFact>(&webhook.fact);
    EXPECT_NE(fact, nullptr) << body;
    return fact == nullptr ? BacsFact() : *fact;
}

struct Published {
    std::string_view name;
    BacsSubject subject;
    BacsStatus status;
    std::string_view bank_id;
    std::string_view account; // ours
    std::int64_t minor;
    std::string_view reason_code;
};

TEST(Bacs, reads_every_published_report) {
    using enum BacsSubject;
    using enum BacsStatus;
    for (const Published& p : {
             Published{"bacs-direct-credit-inbound-payment-created-v2", credit, announced,
                       "74134b3e-3ef6-c9de-23cb-08c945acf200", "78789900000331", 116, ""},
             Published{"bacs-direct-credit-inbound-payment-held-v3", credit, held,
                       "f688dfa0-584e-22b9-4444-584301077bbb", "44556687654321", 2050, ""},
             Published{"bacs-direct-credit-recalled-v1", credit, recalled,
                       "37090806-87b5-2f35-f022-717164d11fe1", "77889912121212", 1350, ""},
             Published{"bacs-direct-credit-return-created-v4", credit, returned,
                       "d61b2513-f586-43da-8b72-4f6ba2e28fea", "44556687654321", 2550, "3"},
             Published{"bacs-unapplied-credit-received-v3", credit, unapplied,
                       "69099368-381a-4578-a066-e16bab86002a", "60161331926819", 105, "C"},
             Published{"bacs-direct-debit-inbound-payment-created-v2", direct_debit, announced,
                       "d9c36960-53dc-fb00-8b4b-d35bdcd8ac03", "11223312345678", 1375, ""},
             Published{"bacs-direct-debit-return-created-v4", direct_debit, returned,
                       "d61b2513-f586-43da-8b72-4f6ba2e28fea", "00220043211234", 2500, "B"},
             Published{"bacs-direct-debit-indemnity-claim-received-event-v3", direct_debit, claimed,
                       "6df46804-65fd-3653-2a5f-a69631687d14", "44556687654321", 2550, "5"},
             Published{"bacs-unpaid-direct-debit-received-v3", direct_debit, unpaid,
                       "5e09a485-72a2-4acb-9c99-d2383870f96a", "60161331926819", 201, "0"},
             Published{"bacs-mandate-initiated-v2", mandate, initiated,
                       "086ab6ec-ab78-2432-12a1-3c273d81d961", "00220043211234", 0, ""},
             Published{"bacs-mandate-cancelled-v2", mandate, cancelled,
                       "8a1c544f-304b-d55a-f459-98d0bedaf19f", "00220043211234", 0, ""},
             Published{"bacs-mandate-migrated-v2", mandate, migrated,
                       "16f358d7-5a89-43ed-b6d0-037ba4a41773", "00220043211234", 0, ""},
             Published{"bacs-mandate-returned-v1", mandate, returned,
                       "0257af90-4982-1c77-cbe5-0cecfd4440a0", "77889912121212", 0, "I"},
             Published{"bacs-mandate-return-failed-v1", mandate, failed,
                       "d88df1f7-ebc0-e184-6470-f6b718e3445c", "77889912121212", 0, ""},
             Published{"bacs-mandate-initiation-failed-v1", mandate, failed,
                       "010203/MBQZRTF12345/77889912121212", "77889912121212", 0, "I"},
             Published{"bacs-mandate-cancellation-failed-v1", mandate, failed,
                       "010203/MBQZRTF12345/77889912121212", "77889912121212", 0, "I"},
         }) {
        const BacsFact fact = read(published(p.name));
        EXPECT_EQ(fact.subject, p.subject) << p.name;
        EXPECT_EQ(fact.status, p.status) << p.name;
        EXPECT_EQ(fact.bank_id, p.bank_id) << p.name;
        EXPECT_EQ(domain::account_key_of(fact.account), p.account) << p.name;
        EXPECT_EQ(fact.amount.minor, p.minor) << p.name;
        EXPECT_EQ(fact.reason_code, p.reason_code) << p.name;
    }
}

TEST(Bacs, names_a_return_by_the_original_and_by_its_own_id) {
    const BacsFact fact = read(published("bacs-direct-credit-return-created-v4"));
    EXPECT_EQ(fact.bank_id, "d61b2513-f586-43da-8b72-4f6ba2e28fea");
    EXPECT_EQ(fact.returned_by, "b6bb16f4-a907-1ed8-8e1b-4e18efb1d82f");
    EXPECT_EQ(read(published("bacs-direct-credit-recalled-v1")).day, "2018-11-01");
}

TEST(Bacs, takes_both_spellings_of_a_type) {
    std::string body = published("bacs-direct-debit-inbound-payment-created-v2");
    body.replace(body.find("Created\""), 8, "CreatedV2\"");
    EXPECT_EQ(read(body).subject, BacsSubject::direct_debit);
}

std::string credit_notice(std::string_view members) {
    return fmt::format(R"({{"Type":"BacsDirectCreditInboundPaymentCreated","Version":2,)"
                       R"("Payload":{{{}}},"Nonce":1}})",
                       members);
}

TEST(Bacs, puts_to_review_what_lacks_its_id_or_its_amount) {
    for (const std::string_view members :
         {R"("Amount":1.16)", R"("BacsTransactionId":"x")", R"("BacsTransactionId":"x","Amount":0)",
          R"("BacsTransactionId":"x","Amount":-1)", R"("BacsTransactionId":"x","Amount":"1.16")",
          R"("BacsTransactionId":"x","Amount":1.165)", R"("BacsTransactionId":7,"Amount":1.16)"}) {
        const auto webhook = read_webhook(credit_notice(members)).value();
        EXPECT_TRUE(std::holds_alternative<domain::UnreadableFact>(webhook.fact)) << members;
    }
}

std::string settled(std::string_view side, std::string_view members) {
    return fmt::format(
        R"({{"Type":"TransactionSettled","Version":6,"Payload":{{"TransactionId":"tx-1",)"
        R"("Status":"Settled","Scheme":"Bacs","EndToEndTransactionId":"","Amount":25.5,)"
        R"("TimestampSettled":"2026-11-30T06:00:00Z","CurrencyCode":"GBP","DebitCreditCode":"{}",)"
        R"("Account":{{"IBAN":"GB57CLRB04040100057354"}},"BacsTransactionId":"b-1"{}}},"Nonce":1}})",
        side, members);
}

domain::SettlementFact settlement(std::string_view side, std::string_view members) {
    const auto webhook = read_webhook(settled(side, members)).value();
    return std::get<domain::SettlementFact>(webhook.fact);
}

TEST(Bacs, knows_a_direct_debit_by_what_the_bank_says_of_the_debit) {
    struct Case {
        std::string_view members;
        bool is_direct_debit;
    };
    for (
        const Case& c :
        {Case{R"(,"BacsTransactionDescription":"DebitTransactionSettled")", true},
         Case{R"(,"TransactionCode":"17")", true}, Case{R"(,"TransactionCode":"01")", true},
         Case{R"(,"DirectDebitMandateId":"m-1")", true},
         Case{
             R"(,"TransactionCode":"17","BacsTransactionDescription":"CreditContraTransactionSettled")",
             false},
         Case{R"(,"TransactionCode":"99")", false}, Case{"", false}})
        EXPECT_EQ(settlement("Debit", c.members).is_direct_debit, c.is_direct_debit) << c.members;
    EXPECT_FALSE(settlement("Credit", R"(,"TransactionCode":"17")").is_direct_debit);
    EXPECT_EQ(settlement("Credit", "").bacs_id, "b-1");
    EXPECT_EQ(settlement("Credit", "").uetr, "");
    EXPECT_EQ(settlement("Debit", R"(,"IsReturn":true)").uetr, "b-1");
}

} // namespace
} // namespace settled::connectors::clearbank
