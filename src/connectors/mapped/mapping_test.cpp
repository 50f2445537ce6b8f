// Providers as their pages show them; the mapping of each is what an operator would write.
#include "connectors/mapped/mapping.h"

#include "wire/time.h"

#include <gtest/gtest.h>

namespace settled::connectors::mapped {
namespace {

Result<Mapping> parse(std::string_view text) {
    const auto document = wire::JsonDocument::parse(text);
    EXPECT_TRUE(document) << document.error().detail;
    return Mapping::parse(document->root());
}

Mapping mapping(std::string_view text) {
    auto parsed = parse(text);
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return std::move(parsed).value();
}

domain::SettlementFact settlement(const domain::InboundWebhook& webhook) {
    const auto* fact = std::get_if<domain::SettlementFact>(&webhook.fact);
    EXPECT_NE(fact, nullptr) << "no settlement";
    return fact ? *fact : domain::SettlementFact();
}

// Modulr: PAYIN; the same pay-in may come again under another EventId.
constexpr std::string_view modulr_mapping = R"({
  "type": "/EventName", "id": "/TransactionId", "payload": "/Transaction",
  "settlement": {
    "when": [{"at": "/EventName", "is": ["PAYIN"]}],
    "transaction_id": "/TransactionId",
    "amount": "/Transaction/Amount", "amount_form": "decimal", "currency": "/Transaction/Currency",
    "settled_at": "/Transaction/TransactionDate",
    "scheme": {"is": "FasterPayments"},
    "reference": ["/Transaction/PaymentReference", "/Transaction/Description"],
    "account": {"sort_code": "/Transaction/Payee/SortCode",
                "account_number": "/Transaction/Payee/AccountNumber"},
    "counterparty": {"name": "/Transaction/Payer/Name", "sort_code": "/Transaction/Payer/SortCode",
                     "account_number": "/Transaction/Payer/AccountNumber"}}})";
constexpr std::string_view modulr_body =
    R"({"EventId":"EV2","EventName":"PAYIN","TransactionId":"T1",
  "Transaction":{"Amount":100.10,"Currency":"GBP","TransactionDate":"2026-11-22T10:00:00Z",
  "PaymentReference":null,"Description":"Payment from Ann Lee: INV-2041",
  "Payee":{"SortCode":"000000","AccountNumber":"12345678"},
  "Payer":{"Name":"Ann Lee","SortCode":"60-16-13","AccountNumber":"31926819"}}})";

TEST(Mapping, reads_a_modulr_shaped_payin) {
    const auto webhook = mapping(modulr_mapping).read_webhook(modulr_body).value();
    EXPECT_EQ(webhook.type, "PAYIN");
    EXPECT_EQ(webhook.unique_id, "T1");
    const auto fact = settlement(webhook);
    EXPECT_EQ(fact.amount.minor, 10010);
    EXPECT_EQ(fact.amount.currency.code(), "GBP");
    EXPECT_TRUE(fact.credit);
    EXPECT_FALSE(fact.is_return);
    EXPECT_EQ(fact.scheme, "FasterPayments");
    EXPECT_EQ(fact.reference, "Payment from Ann Lee: INV-2041");
    EXPECT_EQ(fact.account.sort_code, "000000");
    EXPECT_EQ(fact.counterparty.name, "Ann Lee");
    EXPECT_EQ(fact.settled_at.us, 1'795'341'600'000'000);
}

TEST(Mapping, a_payin_sent_again_under_another_event_id_is_the_same) {
    const auto read = mapping(modulr_mapping);
    std::string again(modulr_body);
    again.replace(again.find("EV2"), 3, "EV9");
    const auto first = read.read_webhook(modulr_body).value();
    const auto second = read.read_webhook(again).value();
    EXPECT_EQ(first.dedupe_key, second.dedupe_key);
    EXPECT_EQ(first.payload_digest, second.payload_digest);
    again.replace(again.find("100.10"), 6, "100.11");
    EXPECT_NE(first.payload_digest, read.read_webhook(again).value().payload_digest);
}

TEST(Mapping, a_flat_body_is_compared_without_what_is_new_in_each_delivery) {
    constexpr std::string_view flat_mapping = R"({
      "type": "/EventName", "id": "/TransactionId",
      "new_in_each_delivery": ["/EventId", "/EventTime"],
      "settlement": {
        "when": [{"at": "/EventName", "is": ["PAYIN"]}], "transaction_id": "/TransactionId",
        "amount": "/Amount", "amount_form": "decimal", "currency": "/Currency",
        "settled_at": "/DateTime", "account": {"iban": "/To"}}})";
    const Mapping read = mapping(flat_mapping);
    const auto digest = [&](std::string_view event, std::string_view amount) {
        const std::string body = std::string(R"({"EventName":"PAYIN","EventId":")") +
                                 std::string(event) + R"(","EventTime":")" + std::string(event) +
                                 R"(","TransactionId":"TX-1","Amount":)" + std::string(amount) +
                                 R"(,"Currency":"GBP","DateTime":"2026-11-20T10:00:00Z",)"
                                 R"("To":"GB57CLRB04040100057354"})";
        return read.read_webhook(body).value().payload_digest;
    };
    EXPECT_EQ(digest("EV-1", "37.00"), digest("EV-2", "37"));
    EXPECT_NE(digest("EV-1", "37.00"), digest("EV-1", "37.01"));
    for (const char* wrong :
         {R"("new_in_each_delivery": [])", R"("new_in_each_delivery": "/EventId")",
          R"("new_in_each_delivery": ["EventId"])", R"("new_in_each_delivery": ["/list/0"])",
          R"("new_in_each_delivery": [7])",
          R"("new_in_each_delivery": ["/EventId"], "payload": "/data")"}) {
        std::string written(flat_mapping);
        const std::string_view right = R"("new_in_each_delivery": ["/EventId", "/EventTime"])";
        written.replace(written.find(right), right.size(), wrong);
        EXPECT_FALSE(parse(written)) << wrong;
    }
}

// Volt: credit_received; the amount is a text in minor units here.
TEST(Mapping, reads_a_volt_shaped_credit_in_minor_units) {
    const auto read = mapping(R"({
      "type": "/notificationType", "id": "/transactionDetails/id", "payload": "/transactionDetails",
      "settlement": {
        "when": [{"at": "/notificationType", "is": ["credit_received"]},
                 {"at": "/transactionDetails/status", "is": ["SUCCESS"]}],
        "transaction_id": "/transactionDetails/id",
        "amount": "/transactionDetails/creditAmount/amount", "amount_form": "minor",
        "currency": "/transactionDetails/creditAmount/currency",
        "settled_at": "/transactionDetails/date",
        "reference": "/transactionDetails/remittanceInfo/line1",
        "account": {"iban": ["/transactionDetails/creditorDetails/viban",
                             "/transactionDetails/creditorDetails/account/iban"]},
        "counterparty": {"name": "/transactionDetails/debtorDetails/debtorName",
                         "iban": "/transactionDetails/debtorDetails/debtorAccount/accountNumber"}}})");
    const auto body = R"({"eventId":"e1","notificationType":"credit_received","transactionDetails":{
      "id":"f267","status":"SUCCESS","debtorDetails":{"debtorAccount":{"accountNumber":"XXXXXXXXXXXXXXX"},
      "debtorName":"Adam Smith"},"date":"2024-04-08T08:00:00+00:00","remittanceInfo":{"line1":"TEST"},
      "creditorDetails":{"viban":"DE40202208000050999999","account":{"iban":"DE40202208000050888888"}},
      "creditAmount":{"amount":"1000","currency":"EUR"}}})";
    const auto fact = settlement(read.read_webhook(body).value());
    EXPECT_EQ(fact.amount.minor, 1000);
    EXPECT_EQ(fact.account.iban, "DE40202208000050999999");
    EXPECT_EQ(fact.reference, "TEST");
}

// TrueLayer: payment_settled and external_payment_received carry a number of minor units.
constexpr std::string_view truelayer_mapping = R"({
  "type": "/type", "id": "/event_id",
  "settlement": {
    "when": [{"at": "/type", "is": ["external_payment_received"]}],
    "return_when": [{"at": "/remitter/returned", "is": ["true"]}],
    "transaction_id": "/transaction_id",
    "amount": "/amount_in_minor", "amount_form": "minor", "currency": "/currency",
    "settled_at": "/settled_at", "reference": "/remitter/reference",
    "account": {"iban": "/merchant_account_iban"},
    "counterparty": {"name": "/remitter/account_holder_name"}}})";

TEST(Mapping, reads_a_truelayer_shaped_settlement_and_its_return) {
    const auto read = mapping(truelayer_mapping);
    const std::string body = R"({"type":"external_payment_received","event_id":"b8d4",
      "transaction_id":"11d7","currency":"GBP","amount_in_minor":10001,
      "settled_at":"2026-01-02T03:04:05.678Z","merchant_account_iban":"GB57CLRB04040100057354",
      "remitter":{"account_holder_name":"A","reference":"REF1","returned":false}})";
    const auto webhook = read.read_webhook(body).value();
    EXPECT_EQ(settlement(webhook).amount.minor, 10001);
    EXPECT_EQ(webhook.suffix, "");
    std::string returned = body;
    returned.replace(returned.find(":false"), 6, ":true");
    const auto back = read.read_webhook(returned).value();
    EXPECT_TRUE(settlement(back).is_return);
    EXPECT_EQ(back.suffix, "-REV");
}

TEST(Mapping, a_webhook_without_a_settlement_is_stored_without_effect) {
    const auto webhook = mapping(truelayer_mapping)
                             .read_webhook(R"({"type":"payment_executed","event_id":"e"})")
                             .value();
    EXPECT_TRUE(std::holds_alternative<domain::ArchivedFact>(webhook.fact));
}

TEST(Mapping, without_a_type_or_an_id_nothing_is_acknowledged) {
    const auto read = mapping(truelayer_mapping);
    for (const auto* body : {R"({"type":"x"})", R"({"event_id":"e"})", R"([])", "{", "",
                             R"({"type":"x","event_id":{}})"}) {
        const auto webhook = read.read_webhook(body);
        ASSERT_FALSE(webhook) << body;
        EXPECT_EQ(webhook.error().code, Code::webhook_unreadable) << body;
    }
}

TEST(Mapping, a_settlement_with_an_unreadable_part_goes_to_review) {
    const auto read = mapping(truelayer_mapping);
    const std::string good = R"({"type":"external_payment_received","event_id":"b8d4",
      "transaction_id":"11d7","currency":"GBP","amount_in_minor":10001,
      "settled_at":"2026-01-02T03:04:05Z","merchant_account_iban":"GB57CLRB04040100057354"})";
    struct Case {
        std::string_view from, to, reason;
    };
    for (const Case& at :
         {Case{"10001", "100.01", "amount"}, Case{"10001", "0", "amount"},
          Case{"10001", "-5", "amount"}, Case{"10001", "1e-3", "amount"},
          Case{"10001", "99999999999999999999", "amount"}, Case{"GBP", "XAU", "currency"},
          Case{"2026-01-02T", "soon", "settled_at"}, Case{"\"11d7\"", "null", "transaction_id"},
          Case{"GB57CLRB04040100057354", "*****354", "account"}}) {
        std::string body = good;
        body.replace(body.find(at.from), at.from.size(), at.to);
        const auto webhook = read.read_webhook(body);
        ASSERT_TRUE(webhook) << body;
        const auto* fact = std::get_if<domain::UnreadableFact>(&webhook->fact);
        ASSERT_NE(fact, nullptr) << body;
        EXPECT_TRUE(fact->reason.starts_with(at.reason)) << fact->reason;
    }
}

TEST(Mapping, refuses_what_it_would_misunderstand) {
    constexpr std::string_view good = truelayer_mapping;
    struct Case {
        std::string_view from, to, names;
    };
    for (const Case& at :
         {Case{R"("type": "/type")", R"("typ": "/type")", "mapping"},
          Case{R"("/event_id")", R"("event_id")", "id"}, Case{R"("/event_id")", R"("/a~2")", "id"},
          Case{R"("/event_id")", R"([])", "id"}, Case{R"("/event_id")", R"(7)", "id"},
          Case{R"("minor")", R"("float")", "amount_form"},
          Case{R"("iban": "/merchant_account_iban")", R"("name": "/a")", "account"},
          Case{R"("is": ["true"])", R"("is": [])", "return_when"},
          Case{R"("reference": "/remitter)", R"("reverence": "/remitter)", "settlement"}}) {
        std::string text(good);
        const auto where = text.find(at.from);
        ASSERT_NE(where, std::string::npos) << at.from;
        text.replace(where, at.from.size(), at.to);
        const auto parsed = parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, Code::value_invalid);
        EXPECT_TRUE(parsed.error().detail.starts_with(at.names)) << parsed.error().detail;
    }
}

TEST(Pointer, walks_members_elements_and_escapes) {
    const auto document =
        wire::JsonDocument::parse(R"({"a/b":{"~":[10,{"x":"deep"}]},"n":null})").value();
    const auto at = [&](std::string_view written) -> std::string {
        const auto json = wire::JsonDocument::parse(written).value();
        const auto pointer = Pointer::parse(json.root()).value();
        const auto text = pointer.text(document.root());
        return text ? std::string(*text) : "(none)";
    };
    EXPECT_EQ(at(R"("/a~1b/~0/0")"), "10");
    EXPECT_EQ(at(R"("/a~1b/~0/1/x")"), "deep");
    EXPECT_EQ(at(R"("/a~1b/~0/01")"), "(none)");
    EXPECT_EQ(at(R"("/a~1b/~0/2")"), "(none)");
    EXPECT_EQ(at(R"("/n")"), "(none)");
    EXPECT_EQ(at(R"(["/n", "/a~1b/~0/0"])"), "10");
    EXPECT_EQ(at(R"({"is": "GBP"})"), "GBP");
}

constexpr std::string_view events_mapping = R"({
  "each": "/events", "type": "/kind", "id": "/id",
  "settlement": {
    "when": [{"at": "/kind", "is": ["credit"]}], "transaction_id": "/id", "amount": "/pence",
    "amount_form": "minor", "currency": {"is": "GBP"}, "settled_at": "/at",
    "account": {"iban": "/to"}}})";

std::string event(std::string_view id, std::string_view amount = "1234",
                  std::string_view at = "2026-11-22T10:00:00Z") {
    return std::string(R"({"kind":"credit","id":")")
        .append(id)
        .append(R"(","pence":)")
        .append(amount)
        .append(R"(,"at":")")
        .append(at)
        .append(R"(","to":"GB57CLRB04040100057354"})");
}

TEST(Mapping, reads_each_event_of_a_list_for_itself) {
    const Mapping all = mapping(events_mapping);
    const auto events =
        all.events(R"({"events":[)" + event("a") + "," + event("b", "99") + "]}").value();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(settlement(all.read_webhook(events[0]).value()).transaction_id, "a");
    EXPECT_EQ(settlement(all.read_webhook(events[1]).value()).amount.minor, 99);
    EXPECT_TRUE(all.events(R"({"events":[]})").value().empty());
    for (const char* wrong : {"{}", R"({"events":{}})", R"({"events":7})", "[]", "{"})
        EXPECT_FALSE(all.events(wrong)) << wrong;
    // Without "each" a body is one event.
    EXPECT_EQ(mapping(modulr_mapping).events(modulr_body).value(),
              std::vector{std::string(modulr_body)});
}

TEST(Mapping, of_one_entry_of_a_list_loses_no_other_in_silence) {
    const std::string by_index = R"({
      "type": "/kind", "id": "/events/0/id",
      "settlement": {
        "when": [{"at": "/kind", "is": ["credit"]}], "transaction_id": "/events/0/id",
        "amount": "/events/0/pence", "amount_form": "minor", "currency": {"is": "GBP"},
        "settled_at": "/events/0/at", "account": {"iban": "/events/0/to"}}})";
    const Mapping one = mapping(by_index);
    EXPECT_TRUE(one.reads_by_index());
    EXPECT_FALSE(mapping(events_mapping).reads_by_index());
    const auto read = [&](const std::string& events) {
        return one.read_webhook(R"({"kind":"credit","events":[)" + events + "]}").value();
    };
    EXPECT_EQ(settlement(read(event("a"))).transaction_id, "a");
    const auto several = read(event("a") + "," + event("b"));
    const auto* unreadable = std::get_if<domain::UnreadableFact>(&several.fact);
    ASSERT_NE(unreadable, nullptr);
    EXPECT_EQ(unreadable->reason,
              "it has a list of 2 entries, of which the mapping reads one; name the "
              "list in the mapping (each)");
}

TEST(Mapping, reads_a_number_whatever_way_it_is_written) {
    const Mapping minor = mapping(events_mapping);
    for (const char* same : {"1234", "1234.0", "1.234e3", "1.234E+3", "12340e-1", "\"1234\""})
        EXPECT_EQ(settlement(minor.read_webhook(event("a", same)).value()).amount.minor, 1234)
            << same;
    for (const char* other : {"1234.5", "1e-3", "-1234", "0", "\"12,34\""})
        EXPECT_TRUE(std::holds_alternative<domain::UnreadableFact>(
            minor.read_webhook(event("a", other)).value().fact))
            << other;
}

TEST(Mapping, reads_a_time_without_a_zone_only_as_the_mapping_says) {
    const auto time_of = [](std::string_view zone, std::string_view text) {
        std::string written(events_mapping);
        if (!zone.empty())
            written.replace(written.find(R"("settled_at")"), 0,
                            std::string(R"("zone": ")").append(zone).append(R"(", )"));
        const auto webhook = mapping(written).read_webhook(event("a", "1", text)).value();
        const auto* fact = std::get_if<domain::SettlementFact>(&webhook.fact);
        return fact ? wire::to_rfc3339(fact->settled_at)
                    : std::get<domain::UnreadableFact>(webhook.fact).reason;
    };
    EXPECT_EQ(time_of("", "2026-11-22T10:00:00+05:00"), "2026-11-22T05:00:00.000Z");
    EXPECT_EQ(time_of("", "2026-11-22T10:00:00"),
              "settled_at has no time zone; name it in the mapping (settlement.zone)");
    EXPECT_EQ(time_of("utc", "2026-11-22T10:00:00"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(time_of("-05:30", "2026-11-22T10:00:00"), "2026-11-22T15:30:00.000Z");
    EXPECT_EQ(time_of("-05:30", "2026-11-22T10:00:00Z"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(time_of("utc", "yesterday"), "settled_at is missing or unreadable");
    for (const char* wrong : {"CET", "+1:00", "+15:00", "+01:60"}) {
        std::string written(events_mapping);
        written.replace(written.find(R"("settled_at")"), 0,
                        std::string(R"("zone": ")").append(wrong).append(R"(", )"));
        EXPECT_FALSE(parse(written)) << wrong;
    }
}

} // namespace
} // namespace settled::connectors::mapped
