#include "connectors/clearbank/webhook.h"

#include "crypto/hash.h"
#include "match/match_fields.h"
#include "support/source_path.h"
#include "wire/json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace settled::connectors::clearbank {
namespace {

using domain::AccountOpenedFact;
using domain::ArchivedFact;
using domain::InboundWebhook;
using domain::SettlementFact;
using domain::UnreadableFact;

std::string fixture(std::string_view name) {
    std::ifstream file(settled::source_path("tests/fixtures/clearbank/") + std::string(name) +
                       ".json");
    EXPECT_TRUE(file) << name;
    std::stringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

InboundWebhook read(std::string_view body) {
    Result<InboundWebhook> webhook = read_webhook(body);
    EXPECT_TRUE(webhook) << (webhook ? "" : webhook.error().detail);
    return webhook ? *std::move(webhook) : InboundWebhook{};
}

std::string kind(const InboundWebhook& webhook) {
    constexpr const char* names[] = {"archived", "settlement", "opened",  "refused",
                                     "outcome",  "unreadable", "payment", "bacs"};
    return names[webhook.fact.index()];
}

// A settled Faster Payment with every member that is needed.
const std::string settled_body =
    R"({"Type":"TransactionSettled","Version":6,"Payload":{"TransactionId":"t-1","Status":"Settled",)"
    R"("Scheme":"FasterPayments","EndToEndTransactionId":"E2E-1","Amount":88.52,)"
    R"("TimestampSettled":"2025-04-19T10:03:00.964Z","TimestampCreated":"2025-04-19T10:01:05.101Z",)"
    R"("CurrencyCode":"GBP","DebitCreditCode":"Credit","Reference":"INV 1","IsReturn":false,)"
    R"("Account":{"IBAN":"GB57CLRB04040100057354","BBAN":"CLRB04040100057354","OwnerName":"Shop"},)"
    R"("CounterpartAccount":{"IBAN":"GB58CLRB04040009547509","OwnerName":"O","TransactionOwnerName":"T"},)"
    R"("SupplementaryData":[{"Name":"Amount","Value":"8852.0"}]},"Nonce":949893874})";

TEST(ClearbankWebhook, every_published_sample_is_read) {
    struct Case {
        const char* file;
        const char* type;
        const char* unique_id; // "" for the hash of the payload
        const char* fact;
        std::int64_t nonce;
    };
    const Case cases[] = {
        {"account-created-v1", "AccountCreated", "56de3483-a569-42eb-90cc-acf59661356f", "archived",
         1082937278},
        {"bacs-debit-contra-received-v3", "BacsDebitContraReceived", "", "archived", 1579417909},
        {"bacs-direct-credit-inbound-payment-created-v2", "BacsDirectCreditInboundPaymentCreated",
         "74134b3e-3ef6-c9de-23cb-08c945acf200", "bacs", 329599531},
        {"bacs-direct-credit-inbound-payment-held-v3", "BacsDirectCreditInboundPaymentHeld",
         "f688dfa0-584e-22b9-4444-584301077bbb", "bacs", 329599531},
        {"bacs-direct-credit-recalled-v1", "BacsDirectCreditRecalled",
         "37090806-87b5-2f35-f022-717164d11fe1", "bacs", 1804374592},
        {"bacs-direct-credit-return-created-v4", "BacsDirectCreditReturnCreated",
         "b6bb16f4-a907-1ed8-8e1b-4e18efb1d82f", "bacs", 329599533},
        {"bacs-direct-debit-inbound-payment-created-v2", "BacsDirectDebitInboundPaymentCreated",
         "d9c36960-53dc-fb00-8b4b-d35bdcd8ac03", "bacs", 498572217},
        {"bacs-direct-debit-indemnity-claim-received-event-v3",
         "BacsDirectDebitIndemnityClaimReceived", "6df46804-65fd-3653-2a5f-a69631687d14", "bacs",
         499474413},
        {"bacs-direct-debit-return-created-v4", "BacsDirectDebitReturnCreated",
         "14a216fa-a70b-a211-3f31-47c2d992c86c", "bacs", 339588531},
        {"bacs-mandate-cancellation-failed-v1", "BacsMandateCancellationFailed", "", "bacs",
         1944996403},
        {"bacs-mandate-cancelled-v2", "BacsMandateCancelled",
         "8a1c544f-304b-d55a-f459-98d0bedaf19f", "bacs", 1986006401},
        {"bacs-mandate-initiated-v2", "BacsMandateInitiated",
         "086ab6ec-ab78-2432-12a1-3c273d81d961", "bacs", 2886556407},
        {"bacs-mandate-initiation-failed-v1", "BacsMandateInitiationFailed", "", "bacs",
         1944956301},
        {"bacs-mandate-migrated-v2", "BacsMandateMigrated", "16f358d7-5a89-43ed-b6d0-037ba4a41773",
         "bacs", 2886009901},
        {"bacs-mandate-return-failed-v1", "BacsMandateReturnFailed",
         "d88df1f7-ebc0-e184-6470-f6b718e3445c", "bacs", 1971766405},
        {"bacs-mandate-returned-v1", "BacsMandateReturned", "0257af90-4982-1c77-cbe5-0cecfd4440a0",
         "bacs", 1989766405},
        {"bacs-unapplied-credit-received-v3", "BacsUnappliedCreditReceived",
         "69099368-381a-4578-a066-e16bab86002a", "bacs", 1077041584},
        {"bacs-unpaid-direct-debit-received-v3", "BacsUnpaidDirectDebitReceived",
         "5e09a485-72a2-4acb-9c99-d2383870f96a", "bacs", 1142018831},
        {"inbound-held-transaction-v1", "InboundHeldTransaction", "5e30e0b4bfb0", "archived",
         1082937278},
        {"outbound-held-transaction-v1", "OutboundHeldTransaction", "b0c50dc87f86", "outcome",
         1089558378},
        {"payment-message-assessment-failed-v1", "PaymentMessageAssesmentFailed",
         "624e0276-1b27-4a80-a06d-51759711bc0e", "outcome", 1082937278},
        {"payment-message-validation-failed-v1", "PaymentMessageValidationFailed",
         "164ac6a0-8e15-4592-b99e-c0a7399f1295", "outcome", 1634549462},
        {"transaction-rejected-v2", "TransactionRejected", "ccec481ee502", "outcome", 748392098},
        {"transaction-settled-v6-chaps-inbound", "TransactionSettled", "EndToEndId8", "settlement",
         0},
        {"transaction-settled-v6", "TransactionSettled", "05726acd06dc", "settlement", 949893874},
        {"virtual-account-created-v3", "VirtualAccountCreated", "GB00CUBK22002243218765", "opened",
         1623028327},
        {"virtual-account-creation-failed-v3", "VirtualAccountCreationFailed",
         "GB00CUBK22002243218765", "refused", 482504208},
    };
    std::set<std::string> dedupe_keys;
    for (const Case& c : cases) {
        const InboundWebhook webhook = read(fixture(c.file));
        EXPECT_EQ(webhook.type, c.type) << c.file;
        const auto document = wire::JsonDocument::parse(fixture(c.file));
        const auto payload = document.value().root().member_any_case("Payload");
        const std::string hash = to_hex(crypto::sha256(payload ? payload->raw() : ""));
        EXPECT_EQ(webhook.unique_id, *c.unique_id ? std::string(c.unique_id) : hash) << c.file;
        EXPECT_EQ(kind(webhook), c.fact) << c.file;
        if (c.nonce != 0) {
            EXPECT_EQ(webhook.nonce, c.nonce) << c.file;
        }
        EXPECT_TRUE(dedupe_keys.insert(webhook.dedupe_key).second) << c.file;
    }
}

TEST(ClearbankWebhook, a_settled_faster_payment_becomes_a_settlement) {
    const InboundWebhook webhook = read(settled_body);
    EXPECT_EQ(webhook.version, 6);
    EXPECT_EQ(domain::composite_key(webhook), "TransactionSettled:E2E-1:FasterPayments");
    ASSERT_EQ(kind(webhook), "settlement");
    const auto& fact = std::get<SettlementFact>(webhook.fact);
    EXPECT_EQ(fact.transaction_id, "t-1");
    EXPECT_EQ(fact.scheme, "FasterPayments");
    EXPECT_TRUE(fact.credit);
    EXPECT_FALSE(fact.is_return);
    EXPECT_EQ(decimal(fact.amount), "88.52");
    EXPECT_EQ(fact.amount.currency.code(), "GBP");
    EXPECT_EQ(fact.end_to_end_id, "E2E-1");
    EXPECT_EQ(fact.reference, "INV 1");
    EXPECT_EQ(fact.account.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(fact.account.name, "Shop");
    EXPECT_EQ(fact.counterparty.name, "T");
    EXPECT_EQ(fact.settled_at.us, 1745056980964000);
}

TEST(ClearbankWebhook, the_chaps_sample_gives_up_its_uetr) {
    const InboundWebhook webhook = read(fixture("transaction-settled-v6-chaps-inbound"));
    ASSERT_EQ(kind(webhook), "settlement");
    const auto& fact = std::get<SettlementFact>(webhook.fact);
    EXPECT_EQ(fact.uetr, "c2f6a588-8d1a-44cb-af87-4741bf2812a3");
    EXPECT_EQ(decimal(fact.amount), "9.09");
    EXPECT_EQ(fact.end_to_end_id, "EndToEndId8");
}

TEST(ClearbankWebhook, the_uetr_of_the_original_payment_is_not_taken) {
    constexpr const char* uetr = "C2F6A588-8D1A-44CB-AF87-4741BF2812A3";
    struct Case {
        std::string xml;
        bool found;
    };
    const Case cases[] = {{std::string("<UETR>") + uetr + "</UETR>", true},
                          {std::string("<p:UETR>") + uetr + "</p:UETR>", true},
                          {std::string("<OrgnlUETR>") + uetr + "</OrgnlUETR>", false},
                          {std::string("<UETR>") + uetr, false},
                          {"<UETR>short</UETR>", false},
                          {"<UETR>", false}};
    for (const Case& c : cases) {
        const std::string body = replaced(settled_body, R"("IsReturn")",
                                          R"("Iso20022XmlDocument":")" + c.xml + R"(","IsReturn")");
        EXPECT_EQ(std::get<SettlementFact>(read(body).fact).uetr,
                  c.found ? "c2f6a588-8d1a-44cb-af87-4741bf2812a3" : "")
            << c.xml;
    }
}

TEST(ClearbankWebhook, a_return_names_the_uetr_of_the_original_payment) {
    const std::string original = "<OrgnlUETR>c2f6a588-8d1a-44cb-af87-4741bf2812a3</OrgnlUETR>";
    const std::string own = "<UETR>0d0a0f5e-3f0b-4e57-9a3e-0f6f3b0f7a11</UETR>";
    for (const auto& [xml, uetr] :
         {std::pair(own + original, "c2f6a588-8d1a-44cb-af87-4741bf2812a3"),
          std::pair(original, "c2f6a588-8d1a-44cb-af87-4741bf2812a3"),
          std::pair(own, "0d0a0f5e-3f0b-4e57-9a3e-0f6f3b0f7a11")}) {
        const std::string body =
            replaced(settled_body, R"("IsReturn":false)",
                     R"("Iso20022XmlDocument":")" + xml + R"(","IsReturn":true)");
        const auto fact = std::get<SettlementFact>(read(body).fact);
        ASSERT_TRUE(fact.is_return);
        EXPECT_EQ(fact.uetr, uetr) << xml;
    }
}

TEST(ClearbankWebhook, the_carried_end_to_end_id_is_preferred_unless_it_says_nothing) {
    struct Case {
        const char* value;
        const char* expected;
    };
    for (const Case& c : {Case{"From The-Payer", "From The-Payer"},
                          {"NOTPROVIDED", "E2E-1"},
                          {"Not Provided", "E2E-1"},
                          {"-", "E2E-1"},
                          {"", "E2E-1"}}) {
        const std::string body = replaced(settled_body, R"({"Name":"Amount")",
                                          std::string(R"({"Name":"EndToEndReference","Value":")") +
                                              c.value + R"("},{"Name":"Amount")");
        EXPECT_EQ(std::get<SettlementFact>(read(body).fact).end_to_end_id, c.expected) << c.value;
    }
}

TEST(ClearbankWebhook, amounts_are_numbers_exactly) {
    struct Case {
        const char* token;
        std::int64_t minor; // 0: refused
    };
    const Case cases[] = {{"0.1", 10},
                          {"100", 10000},
                          {"88.520", 8852},
                          {"0.01", 1},
                          {"9999999999999.99", 999999999999999},
                          {"1e2", 10000},
                          {"1.5E+2", 15000},
                          {"1e-3", 0},
                          {"1e99", 0},
                          {"0.001", 0},
                          {"0", 0},
                          {"-1", 0},
                          {"\"88.52\"", 0},
                          {"true", 0},
                          {"null", 0},
                          {"[88.52]", 0},
                          {"99999999999999999999", 0}};
    for (const Case& c : cases) {
        const InboundWebhook webhook = read(
            replaced(settled_body, R"("Amount":88.52)", std::string(R"("Amount":)") + c.token));
        if (c.minor == 0) {
            ASSERT_EQ(kind(webhook), "unreadable") << c.token;
            EXPECT_EQ(std::get<UnreadableFact>(webhook.fact).reason,
                      "Amount is missing or unreadable");
        } else {
            ASSERT_EQ(kind(webhook), "settlement") << c.token;
            EXPECT_EQ(std::get<SettlementFact>(webhook.fact).amount.minor, c.minor) << c.token;
        }
    }
}

TEST(ClearbankWebhook, the_members_that_money_depends_on_must_be_readable) {
    struct Case {
        const char* from;
        const char* to;
        const char* member;
    };
    const Case cases[] = {
        {R"("TransactionId":"t-1")", R"("TransactionId":"")", "TransactionId"},
        {R"("TransactionId":"t-1")", R"("TransactionId":7)", "TransactionId"},
        {R"("TransactionId":"t-1",)", "", "TransactionId"},
        {R"("CurrencyCode":"GBP")", R"("CurrencyCode":"XXX")", "CurrencyCode"},
        {R"("CurrencyCode":"GBP",)", "", "CurrencyCode"},
        {R"("DebitCreditCode":"Credit")", R"("DebitCreditCode":"secret-word")", "DebitCreditCode"},
        {R"("DebitCreditCode":"Credit",)", "", "DebitCreditCode"},
        {R"("IsReturn":false)", R"("IsReturn":"no")", "IsReturn"},
        {R"("Status":"Settled")", R"("Status":"Pending")", "Status"},
        {R"("IBAN":"GB57CLRB04040100057354","BBAN":"CLRB04040100057354",)", "", "Account"},
        {R"("Account":{"IBAN":"GB57CLRB04040100057354","BBAN":"CLRB04040100057354","OwnerName":"Shop"})",
         R"("Account":null)", "Account"},
        {R"("TimestampSettled":"2025-04-19T10:03:00.964Z")", R"("TimestampSettled":"yesterday")",
         "TimestampSettled"},
        {R"("TimestampSettled":"2025-04-19T10:03:00.964Z",)", "", "TimestampSettled"},
    };
    for (const Case& c : cases) {
        const InboundWebhook webhook = read(replaced(settled_body, c.from, c.to));
        ASSERT_EQ(kind(webhook), "unreadable") << c.to;
        EXPECT_EQ(std::get<UnreadableFact>(webhook.fact).reason,
                  std::string(c.member) + " is missing or unreadable");
        EXPECT_EQ(webhook.nonce, 949893874); // it is answered anyway
    }
}

TEST(ClearbankWebhook, debits_and_returns_are_settlements_too) {
    const InboundWebhook webhook =
        read(replaced(replaced(settled_body, R"("Credit")", R"("Debit")"), R"("IsReturn":false)",
                      R"("IsReturn":true)"));
    ASSERT_EQ(kind(webhook), "settlement");
    EXPECT_FALSE(std::get<SettlementFact>(webhook.fact).credit);
    EXPECT_TRUE(std::get<SettlementFact>(webhook.fact).is_return);
    EXPECT_EQ(domain::composite_key(webhook), "TransactionSettled:E2E-1:FasterPayments-REV");
}

TEST(ClearbankWebhook, the_two_legs_of_a_transfer_are_two_events) {
    const std::string debit = replaced(settled_body, R"("Credit")", R"("Debit")");
    EXPECT_NE(read(settled_body).dedupe_key, read(debit).dedupe_key);
    EXPECT_EQ(domain::composite_key(read(settled_body)), domain::composite_key(read(debit)));
}

TEST(ClearbankWebhook, a_new_nonce_makes_no_new_event) {
    for (const char* file : {"transaction-settled-v6", "virtual-account-created-v3",
                             "bacs-mandate-returned-v1", "payment-message-validation-failed-v1"}) {
        const std::string first = fixture(file);
        const std::size_t at = first.rfind(R"("Nonce":)");
        const std::string again = first.substr(0, at) + R"("Nonce":1})";
        EXPECT_EQ(read(first).dedupe_key, read(again).dedupe_key) << file;
        EXPECT_EQ(read(first).payload_digest, read(again).payload_digest) << file;
        EXPECT_EQ(read(again).nonce, 1);
    }
}

TEST(ClearbankWebhook, each_test_event_is_an_event_of_its_own) {
    const std::string body =
        R"({"Type":"FITestEvent","Version":1,"Payload":"test me","Nonce":1448545215})";
    const InboundWebhook webhook = read(body);
    EXPECT_EQ(kind(webhook), "archived");
    EXPECT_EQ(webhook.payload_digest, crypto::sha256(R"("test me")"));
    EXPECT_NE(webhook.dedupe_key, read(replaced(body, "1448545215", "1448545216")).dedupe_key);
}

TEST(ClearbankWebhook, inbound_ids_repeat_and_the_timestamp_distinguishes_the_webhooks) {
    const std::string held = fixture("inbound-held-transaction-v1");
    EXPECT_NE(read(held).dedupe_key,
              read(replaced(held, "2019-03-01T00:00:00Z", "2019-03-02T00:00:00Z")).dedupe_key);
}

TEST(ClearbankWebhook, every_spelling_of_a_type_is_the_same_event) {
    const std::string v6 = replaced(settled_body, "TransactionSettled", "TransactionSettledV6");
    EXPECT_EQ(read(v6).type, "TransactionSettledV6");
    EXPECT_EQ(kind(read(v6)), "settlement");
    EXPECT_EQ(read(v6).dedupe_key, read(settled_body).dedupe_key);
    const std::string misspelled = fixture("payment-message-assessment-failed-v1");
    EXPECT_EQ(read(replaced(misspelled, "Assesment", "Assessment")).dedupe_key,
              read(misspelled).dedupe_key);
}

TEST(ClearbankWebhook, the_nonce_keeps_all_64_bits) {
    for (const char* nonce : {"9007199254740993", "9223372036854775807", "8223026729", "0", "-1"}) {
        const InboundWebhook webhook = read(replaced(settled_body, "949893874", nonce));
        EXPECT_EQ(std::to_string(webhook.nonce), nonce);
        EXPECT_EQ(answer_body(webhook.nonce), std::string(R"({"Nonce":)") + nonce + "}");
    }
}

TEST(ClearbankWebhook, both_shapes_of_an_opened_account_are_read) {
    const auto v3 = read(fixture("virtual-account-created-v3"));
    const auto& fact = std::get<AccountOpenedFact>(v3.fact);
    EXPECT_EQ(fact.bank_account_id, "b3c93a68-5992-4f83-99d5-f13405fd2d90");
    EXPECT_EQ(fact.external_id, "98765432abcdefg");
    EXPECT_EQ(fact.owner_name, "Joe Brown");
    EXPECT_EQ(fact.account.iban, "GB00CUBK22002243218765");
    EXPECT_EQ(fact.account.bban, "CUBK22002243218765");

    const auto v2 = read(
        R"({"Type":"VirtualAccountCreated","Version":2,"Payload":{"ClientMoneyAccountId":"c","VirtualAccountId":"v",)"
        R"("VirtualAccountIdentifiers":{"IBAN":"GB57CLRB04040100057354"},"ExternalIdentifier":"x","OwnerName":"J"},"Nonce":5})");
    ASSERT_EQ(kind(v2), "opened");
    EXPECT_EQ(std::get<AccountOpenedFact>(v2.fact).account.iban, "GB57CLRB04040100057354");
    EXPECT_EQ(std::get<AccountOpenedFact>(v2.fact).external_id, "x");
    EXPECT_EQ(v2.unique_id, "GB57CLRB04040100057354");
}

TEST(ClearbankWebhook, an_opened_account_without_an_account_is_unreadable) {
    const auto webhook = read(
        R"({"Type":"VirtualAccountCreated","Payload":{"VirtualAccountId":"v","OwnerName":"J"},"Nonce":5})");
    EXPECT_EQ(kind(webhook), "unreadable");
    EXPECT_EQ(webhook.unique_id, "v");
}

TEST(ClearbankWebhook, a_body_without_an_envelope_is_not_acknowledged) {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    const std::string bodies[] = {
        "",
        "null",
        "[]",
        "\"x\"",
        "{",
        "{}",
        R"({"Type":"T"})",
        R"({"Nonce":1})",
        R"({"Type":"","Nonce":1})",
        R"({"Type":7,"Nonce":1})",
        R"({"Type":"T","Nonce":"1"})",
        R"({"Type":"T","Nonce":1.0})",
        R"({"Type":"T","Nonce":1e3})",
        R"({"Type":"T","Nonce":null})",
        R"({"Type":"T","Nonce":9223372036854775808})",
        R"({"Type":"T","Nonce":1}x)",
        R"({"Type":"T","Type":"T","Nonce":1})",
        R"({"Type":")" + std::string(1000, 'x') + R"(","Nonce":1})",
        R"({"Type":"TransactionSettled","Payload":)" + deep + R"(,"Nonce":1})",
    };
    for (const std::string& body : bodies) {
        const Result<InboundWebhook> webhook = read_webhook(body);
        ASSERT_FALSE(webhook) << body;
        EXPECT_EQ(webhook.error().code, Code::webhook_unreadable) << body;
    }
}

TEST(ClearbankWebhook, a_hostile_payload_is_kept_and_put_to_review) {
    const std::string payloads[] = {"null",
                                    "[]",
                                    "[[{}]]",
                                    "7",
                                    "\"text\"",
                                    "{}",
                                    R"({"Account":[],"SupplementaryData":{"Name":1}})",
                                    R"({"TransactionId":")" + std::string(300'000, 'x') + R"("})"};
    std::set<std::string> keys;
    for (const std::string& payload : payloads) {
        const InboundWebhook webhook =
            read(R"({"Type":"TransactionSettled","Payload":)" + payload + R"(,"Nonce":1})");
        EXPECT_EQ(kind(webhook), "unreadable") << payload.substr(0, 60);
        EXPECT_LT(webhook.dedupe_key.size(), 1024U);
        EXPECT_TRUE(keys.insert(webhook.dedupe_key).second) << payload.substr(0, 60);
    }
    const InboundWebhook without = read(R"({"Type":"TransactionSettled","Nonce":1})");
    EXPECT_EQ(std::get<UnreadableFact>(without.fact).reason, "Payload is missing");
}

} // namespace
} // namespace settled::connectors::clearbank
