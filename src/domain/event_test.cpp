// What partners read: the members that api/openapi.yaml and the guarantees name.
#include "domain/event.h"

#include "domain/endpoint_event.h"
#include "wire/json.h"

#include <gtest/gtest.h>

#include <map>

namespace settled::domain {
namespace {

constexpr Instant now{1'795'687'201'204'000}; // 2026-11-26T10:00:01.204Z

Settlement a_settlement() {
    Settlement settlement;
    settlement.id = SettlementId{77};
    settlement.amount = {1234, Currency::parse("GBP").value()};
    settlement.scheme = "FasterPayments";
    settlement.transaction_id = "tx-1";
    settlement.reference = "INV \"2041\"\n";
    settlement.end_to_end_id = "E2E1";
    settlement.account = "GB57CLRB04040100057354";
    settlement.counterparty_name = "A Payer";
    settlement.counterparty_account = "040004 12345678";
    settlement.settled_at = {1'795'687'200'000'000};
    settlement.version = 4;
    return settlement;
}

Payment a_payment() {
    Payment payment;
    payment.id = PaymentId{5};
    payment.client_id = "order-1";
    payment.amount = {1234, Currency::parse("GBP").value()};
    return payment;
}

// Every value of a body by its path: "data.settlement.amount.value" → "\"12.34\"".
void flatten(wire::Json json, const std::string& path, std::map<std::string, std::string>& out) {
    if (!json.is_object()) {
        out[path] = std::string(json.raw());
        return;
    }
    for (std::size_t i = 0; i < json.size(); ++i)
        flatten(json.at(i),
                path.empty() ? std::string(json.name_at(i))
                             : path + "." + std::string(json.name_at(i)),
                out);
}

std::map<std::string, std::string> members_of(const Event& event) {
    std::map<std::string, std::string> members;
    const auto document = wire::JsonDocument::parse(event.body);
    EXPECT_TRUE(document.has_value()) << event.body;
    if (document)
        flatten(document->root(), "", members);
    return members;
}

std::string in_quotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::map<std::string, std::string> settlement_members() {
    return {{"data.settlement.id", in_quotes(to_string(SettlementId{77}))},
            {"data.settlement.amount.value", "\"12.34\""},
            {"data.settlement.amount.currency", "\"GBP\""},
            {"data.settlement.scheme", "\"FasterPayments\""},
            {"data.settlement.settled_at", "\"2026-11-26T10:00:00.000Z\""},
            {"data.settlement.transaction_id", "\"tx-1\""},
            {"data.settlement.reference", R"("INV \"2041\"\n")"},
            {"data.settlement.end_to_end_id", "\"E2E1\""},
            {"data.settlement.account.iban", "\"GB57CLRB04040100057354\""},
            {"data.settlement.counterparty.name", "\"A Payer\""},
            {"data.settlement.counterparty.sort_code", "\"040004\""},
            {"data.settlement.counterparty.account_number", "\"12345678\""}};
}

std::map<std::string, std::string> envelope(EventId id, std::string_view type, int version) {
    return {{"id", in_quotes(to_string(id))},
            {"type", in_quotes(type)},
            {"timestamp", "\"2026-11-26T10:00:01.204Z\""},
            {"version", std::to_string(version)},
            {"subject", in_quotes(type.starts_with("settlement") ? to_string(SettlementId{77})
                                                                 : to_string(EndpointId{6}))}};
}

Match a_match(match::Rank rank) {
    Match match;
    match.id = MatchId{9};
    match.settlement_id = SettlementId{77};
    match.payment_id = PaymentId{5};
    match.rank = rank;
    match.amount = a_payment().amount;
    return match;
}

TEST(Event, of_a_match_has_its_documented_members) {
    const Match match = a_match(match::Rank::end_to_end_id);
    const Event event = matched_event(EventId{3}, a_settlement(), 5, a_payment(), match, now);
    auto expected = envelope(EventId{3}, "settlement.matched", 5);
    expected.merge(settlement_members());
    expected["data.payment_id"] = in_quotes(to_string(PaymentId{5}));
    expected["data.client_id"] = "\"order-1\"";
    expected["data.match.rank"] = "2";
    expected["data.match.rule"] = "\"e2e+account+amount\"";
    expected["data.match.pairing"] = "\"one\"";
    expected["data.match.variance"] = "null";
    EXPECT_EQ(members_of(event), expected);
    EXPECT_EQ(event.subject_id, 77);
    EXPECT_EQ(event.version, 5);
    EXPECT_EQ(event.created_at, now);
}

TEST(Event, of_money_without_a_payment_has_its_documented_members) {
    const Event event = unmatched_event(EventId{3}, a_settlement(), now);
    auto expected = envelope(EventId{3}, "settlement.unmatched", 5);
    expected.merge(settlement_members());
    expected["data.nearest"] = "null";
    EXPECT_EQ(members_of(event), expected);
}

TEST(Event, of_an_ambiguous_settlement_names_review_and_candidates) {
    const Event event =
        ambiguous_event(EventId{3}, a_settlement(), ReviewId{8},
                        {{PaymentId{5}, "order-1"}, {PaymentId{6}, "order-2"}}, now);
    auto expected = envelope(EventId{3}, "settlement.ambiguous", 5);
    expected.merge(settlement_members());
    expected["data.review_id"] = in_quotes(to_string(ReviewId{8}));
    expected["data.candidates"] = R"([{"payment_id":"pay_0000000000005","client_id":"order-1"},)"
                                  R"({"payment_id":"pay_0000000000006","client_id":"order-2"}])";
    EXPECT_EQ(members_of(event), expected);
}

TEST(Event, of_a_variance_says_how_much) {
    Match match = a_match(match::Rank::end_to_end_id_only);
    match.amount.minor += 50;
    auto members =
        members_of(matched_event(EventId{3}, a_settlement(), 5, a_payment(), match, now));
    EXPECT_EQ(members["data.match.variance.difference.value"], "\"0.50\"");
    match.amount = {1446, Currency::parse("EUR").value()};
    members = members_of(matched_event(EventId{3}, a_settlement(), 5, a_payment(), match, now));
    EXPECT_EQ(members["data.match.variance.rate"], "\"1.17179902\"");
    EXPECT_EQ(
        variance({10'000, Currency::parse("JPY").value()}, {5'000, Currency::parse("GBP").value()}),
        R"({"expected":{"value":"10000","currency":"JPY"},"received":{"value":"50.00","currency":"GBP"},"rate":"0.00500000"})");
}

TEST(Event, of_a_part_says_what_is_to_come) {
    Payment payment = a_payment();
    payment.status = PaymentStatus::partially_settled;
    payment.version = 3;
    payment.identity.amount = {34, payment.amount.currency};
    const Event event =
        partially_settled_event(EventId{3}, payment, a_match(match::Rank::end_to_end_id_only), now);
    auto members = members_of(event);
    EXPECT_EQ(members["data.payment.remaining.value"], "\"0.34\"");
    EXPECT_EQ(members["data.settlement_id"], in_quotes(to_string(SettlementId{77})));
    EXPECT_EQ(event.version, 3);
    EXPECT_EQ(subject_of(event.body).value_or(""), to_string(payment.id));
}

TEST(Event, of_a_payment_that_was_registered_late_names_whose_money_is_in_question) {
    Payment payment = a_payment();
    const Event event = registered_late_event(EventId{3}, payment, ReviewId{8},
                                              {SettlementId{77}, SettlementId{78}}, now);
    auto members = members_of(event);
    EXPECT_EQ(members["type"], "\"payment.registered_late\"");
    EXPECT_EQ(members["data.payment_id"], in_quotes(to_string(payment.id)));
    EXPECT_EQ(members["data.client_id"], "\"order-1\"");
    EXPECT_EQ(members["data.payment.id"], in_quotes(to_string(payment.id)));
    EXPECT_EQ(members["data.payment.client_id"], "\"order-1\"");
    EXPECT_EQ(members["data.review_id"], in_quotes(to_string(ReviewId{8})));
    EXPECT_EQ(members["data.settlement_ids"], "[" + in_quotes(to_string(SettlementId{77})) + "," +
                                                  in_quotes(to_string(SettlementId{78})) + "]");
    EXPECT_EQ(members["data.payment.status"], in_quotes(token(payment.status)));
    EXPECT_EQ(subject_of(event.body).value_or(""), to_string(payment.id));
}

TEST(Event, of_an_endpoint_names_it) {
    const Event disabled = endpoint_disabled_event(EventId{3}, EndpointId{6}, 1, "gone", now);
    auto expected = envelope(EventId{3}, "endpoint.disabled", 1);
    expected["data.endpoint_id"] = in_quotes(to_string(EndpointId{6}));
    expected["data.reason"] = "\"gone\"";
    EXPECT_EQ(members_of(disabled), expected);

    const auto dead = members_of(
        delivery_dead_event(EventId{5}, {EndpointId{6}, TaskId{9}, 3, "http_500"}, 4, now));
    EXPECT_EQ(dead.at("data.delivery_id"), in_quotes(to_string(TaskId{9})));
    EXPECT_EQ(dead.at("data.count"), "3");
    EXPECT_EQ(dead.at("subject"), in_quotes(to_string(EndpointId{6})));

    auto pinged = envelope(EventId{4}, "test.ping", 2);
    pinged["data.endpoint_id"] = in_quotes(to_string(EndpointId{6}));
    EXPECT_EQ(members_of(ping_event(EventId{4}, EndpointId{6}, 2, now)), pinged);
}

TEST(Event, types_can_be_asked_for_by_their_names) {
    for (const std::string_view type :
         {"settlement.matched", "settlement.unmatched", "settlement.ambiguous",
          "payment.registered_late", "endpoint.disabled", "test.ping"})
        EXPECT_TRUE(is_event_type(type)) << type;
    for (const std::string_view type : {"", "*", "settlement", "settlement.matched ", "SETTLEMENT"})
        EXPECT_FALSE(is_event_type(type)) << type;
}

TEST(Filter, lets_through_what_it_names) {
    struct Case {
        std::string_view filter, type;
        bool wanted;
    };
    const Case cases[] = {
        {"*", "settlement.matched", true},
        {"settlement.matched", "settlement.matched", true},
        {"settlement.matched", "settlement.unmatched", false},
        {"settlement.unmatched settlement.matched", "settlement.matched", true},
        {"settlement.matched settlement.unmatched", "settlement.matched", true},
        {"settlement.unmatched  settlement.matched", "settlement.matched", true},
        {"settlement.matche", "settlement.matched", false},
        {"settlement.matchedx", "settlement.matched", false},
        {"settlement.unmatched", "settlement.matched", false},
        {"", "settlement.matched", false},
        {" ", "settlement.matched", false},
        {"settlement.matched", "endpoint.disabled", false},
        {"settlement.matched", "test.ping", true}, // an endpoint that requests a test event gets it
        {"", "test.ping", true},
    };
    for (const Case& c : cases)
        EXPECT_EQ(wants(c.filter, c.type), c.wanted) << c.filter << " | " << c.type;
}

TEST(Event, the_subject_is_read_from_the_body) {
    const Event unmatched = unmatched_event(EventId{1}, a_settlement(), now);
    EXPECT_EQ(subject_of(unmatched.body).value_or(""), to_string(SettlementId{77}));
    const Event matched = matched_event(EventId{1}, a_settlement(), 5, a_payment(),
                                        a_match(match::Rank::reference), now);
    EXPECT_EQ(subject_of(matched.body).value_or(""), to_string(SettlementId{77}));
    const Event ping = ping_event(EventId{2}, EndpointId{9}, 1, now);
    EXPECT_EQ(subject_of(ping.body).value_or(""), to_string(EndpointId{9}));
    // Bodies that were made before they said it.
    EXPECT_EQ(subject_of(R"({"data":{"settlement":{"id":"stl_1"}}})").value_or(""), "stl_1");
    EXPECT_EQ(subject_of(R"({"data":{"endpoint_id":"end_1"}})").value_or(""), "end_1");
    for (const std::string_view other :
         {"", "{}", R"({"data":{}})", R"({"data":{"settlement":1}})"})
        EXPECT_FALSE(subject_of(other).has_value()) << other;
}

} // namespace
} // namespace settled::domain
