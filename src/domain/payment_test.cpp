#include "domain/match.h"
#include "domain/members.h"
#include "domain/payment.h"
#include "domain/settlement.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace settled::domain {
namespace {

NewPayment a_payment() {
    NewPayment payment;
    payment.client_id = "order-1";
    payment.institution_id = "monzo";
    payment.scheme = "fps";
    payment.amount = {1234, Currency::parse("GBP").value()};
    payment.reference = "INV-2041";
    payment.end_to_end_id = "E2E-1";
    payment.uetr = "u";
    payment.created_at = {1};
    payment.payee_account_id = "acc";
    payment.payee = {"Shop", "GB57CLRB04040100057354", "CLRB04040100057354", "040401", "00057354"};
    payment.payer = {"A Payer", "GB33BUKB20201555555555", "BUKB20201555555555", "202015",
                     "55555555"};
    return payment;
}

TEST(Fingerprint, differs_when_any_field_differs) {
    const std::function<void(NewPayment&)> changes[] = {
        [](NewPayment& p) { p.client_id += "x"; },
        [](NewPayment& p) { p.institution_id += "x"; },
        [](NewPayment& p) { p.scheme += "x"; },
        [](NewPayment& p) { p.amount.minor += 1; },
        [](NewPayment& p) { p.amount.currency = Currency::parse("EUR").value(); },
        [](NewPayment& p) { p.reference += "x"; },
        [](NewPayment& p) { p.end_to_end_id += "x"; },
        [](NewPayment& p) { p.uetr += "x"; },
        [](NewPayment& p) { p.created_at.us += 1; },
        [](NewPayment& p) { p.payee_account_id += "x"; },
        [](NewPayment& p) { p.payee.name += "x"; },
        [](NewPayment& p) { p.payee.iban += "x"; },
        [](NewPayment& p) { p.payee.bban += "x"; },
        [](NewPayment& p) { p.payee.sort_code += "x"; },
        [](NewPayment& p) { p.payee.account_number += "x"; },
        [](NewPayment& p) { p.payer.name += "x"; },
        [](NewPayment& p) { p.payer.iban += "x"; },
        [](NewPayment& p) { p.payer.bban += "x"; },
        [](NewPayment& p) { p.payer.sort_code += "x"; },
        [](NewPayment& p) { p.payer.account_number += "x"; },
        // What moves over a border between two fields is another payment, too.
        [](NewPayment& p) { std::swap(p.reference, p.end_to_end_id); },
        [](NewPayment& p) {
            p.client_id = "order-";
            p.institution_id = "1monzo";
        },
        [](NewPayment& p) { std::swap(p.payee, p.payer); },
    };
    std::set<crypto::Digest> seen{fingerprint(a_payment())};
    EXPECT_EQ(fingerprint(a_payment()), *seen.begin());
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        NewPayment changed = a_payment();
        changes[i](changed);
        EXPECT_TRUE(seen.insert(fingerprint(changed)).second) << "change " << i;
    }
}

Payment registered(const NewPayment& given) {
    Payment payment;
    payment.client_id = given.client_id;
    payment.amount = given.amount;
    payment.institution_id = given.institution_id;
    payment.scheme = given.scheme;
    payment.reference = given.reference;
    payment.end_to_end_id = given.end_to_end_id;
    payment.payee_name = given.payee.name;
    payment.payee_account = shown_account(given.payee);
    payment.payer_name = given.payer.name;
    payment.payer_account = shown_account(given.payer);
    payment.created_at = given.created_at;
    payment.identity = identity_of(given, "key");
    return payment;
}

TEST(Payment, the_members_that_differ_from_the_registered_payment_are_named) {
    const Payment before = registered(a_payment());
    const struct {
        std::function<void(NewPayment&)> change;
        std::vector<std::string_view> members;
    } cases[] = {
        {[](NewPayment&) {}, {}},
        {[](NewPayment& p) { p.amount.minor += 1; }, {"amount"}},
        {[](NewPayment& p) { p.amount.currency = Currency::parse("EUR").value(); }, {"amount"}},
        {[](NewPayment& p) { p.reference += "x"; }, {"reference"}},
        {[](NewPayment& p) { p.created_at.us += 1; }, {"created_at"}},
        {[](NewPayment& p) { p.created_at = {}; }, {}},
        {[](NewPayment& p) { p.uetr += "x"; }, {"uetr"}},
        {[](NewPayment& p) { p.payee.name += "x"; }, {"payee.name"}},
        {[](NewPayment& p) { p.payer = {}; }, {"payer", "payer.name"}},
        {[](NewPayment& p) { p.accepted_range = match::Bounds{p.amount, p.amount}; },
         {"accepted_range"}},
        {[](NewPayment& p) {
             p.scheme = "bacs";
             p.institution_id = "";
             p.end_to_end_id += "x";
         },
         {"institution_id", "scheme", "end_to_end_id"}},
    };
    for (const auto& c : cases) {
        NewPayment given = a_payment();
        c.change(given);
        EXPECT_EQ(differences(given, before), c.members);
    }
}

TEST(Payment, is_compared_by_canonical_fields) {
    NewPayment payment = a_payment();
    payment.reference = "inv-2041";
    const match::MatchFields identity = identity_of(payment, "04040100057354");
    EXPECT_EQ(identity.account, "04040100057354");
    EXPECT_EQ(identity.reference, "INV2041");
    EXPECT_EQ(identity.end_to_end_id, "E2E1");
    EXPECT_EQ(identity.other_account, "20201555555555");
    EXPECT_EQ(identity.other_name, "APAYER");
    EXPECT_EQ(identity.at, payment.created_at);
    EXPECT_EQ(identity.amount, payment.amount);
}

TEST(Payment, and_its_settlement_have_one_identity) {
    const NewPayment payment = a_payment();
    SettlementFact fact;
    fact.scheme = payment.scheme;
    fact.amount = payment.amount;
    fact.end_to_end_id = payment.end_to_end_id;
    fact.reference = payment.reference;
    fact.uetr = payment.uetr;
    fact.account = payment.payee;
    fact.counterparty = payment.payer;
    fact.settled_at = payment.created_at;
    const Settlement settlement = settlement_from(fact, SettlementId{1}, WebhookId{2}, {5});
    EXPECT_EQ(settlement.identity, identity_of(payment, account_key_of(payment.payee)));
    EXPECT_EQ(settlement.status, SettlementStatus::unmatched);
    EXPECT_EQ(settlement.received_at, Instant{5});
    EXPECT_EQ(settlement.account, payment.payee.iban);
}

TEST(Payment, shows_the_account_as_it_was_given) {
    EXPECT_EQ(shown_account({"", "GB1", "B", "040004", "12345678"}), "GB1");
    EXPECT_EQ(shown_account({"", "", "B", "040004", "12345678"}), "040004 12345678");
    EXPECT_EQ(shown_account({"", "", "B", "", ""}), "B");
    EXPECT_EQ(shown_account({}), "");
}

std::string members_of(std::string_view shown) {
    wire::JsonWriter w;
    w.object();
    write_account_members(w, shown);
    w.end();
    return std::move(w).text();
}

TEST(Account, has_the_members_of_its_own_spelling) {
    EXPECT_EQ(members_of("GB57CLRB04040100057354"), R"({"iban":"GB57CLRB04040100057354"})");
    EXPECT_EQ(members_of("gb57 CLRB 0404 0100 0573 54"),
              R"({"iban":"gb57 CLRB 0404 0100 0573 54"})")
        << "as the bank gave it";
    EXPECT_EQ(members_of("040004 12345678"),
              R"({"sort_code":"040004","account_number":"12345678"})");
    EXPECT_EQ(members_of("CLRB04040100057354"), R"({"account":"CLRB04040100057354"})");
    EXPECT_EQ(members_of("*****493"), R"({"account":"*****493"})");
    EXPECT_EQ(members_of(""), "{}");
}

TEST(Settlement, is_matched_only_if_money_came_in) {
    struct Case {
        bool credit, is_return;
        std::int64_t minor;
        bool matchable;
    };
    constexpr Case cases[] = {{true, false, 1, true},  {false, false, 1, false},
                              {true, true, 1, false},  {false, true, 1, false},
                              {true, false, 0, false}, {true, false, -1, false}};
    for (const Case& c : cases) {
        SettlementFact fact;
        fact.credit = c.credit;
        fact.is_return = c.is_return;
        fact.amount.minor = c.minor;
        EXPECT_EQ(is_matchable(fact), c.matchable) << c.credit << c.is_return << c.minor;
    }
}

TEST(Evidence, names_what_agreed_and_what_was_seen) {
    EvidenceInput grounds{.rank = match::Rank::end_to_end_id,
                          .payments_seen = 1,
                          .settlements_seen = 2,
                          .after_watermark = true,
                          .expected = {1234, Currency::parse("GBP").value()},
                          .payment = "aa",
                          .settlement = "bb"};
    EXPECT_EQ(evidence(grounds),
              R"({"agreed":["end_to_end_id","account","amount"],"payments_seen":1,)"
              R"("settlements_seen":2,"rivals":0,"excluded":0,"after_watermark":true,)"
              R"("expected":{"value":"12.34","currency":"GBP"},"payment":"aa","settlement":"bb"})");
    grounds.key_version = 2;
    EXPECT_TRUE(evidence(grounds).ends_with(R"("settlement":"bb","key_version":2})"));
    grounds.excluded = 1;
    EXPECT_NE(evidence(grounds).find(R"("rivals":0,"excluded":1)"), std::string::npos);
    using match::Agreement;
    grounds.fields = {{"reference", Agreement::agrees},
                      {"payer_account", Agreement::differs},
                      {"uetr", Agreement::absent}};
    grounds.overruled = "payer_differs";
    grounds.reason = "he called";
    const std::string by_hand = evidence(grounds);
    EXPECT_TRUE(by_hand.starts_with(R"({"agreed":["reference"],"differs":["payer_account"],)"));
    EXPECT_TRUE(by_hand.ends_with(R"("overruled":"payer_differs","reason":"he called"})"));
}

TEST(Pairing, has_a_name_each_way) {
    for (const Pairing pairing : {Pairing::one, Pairing::set, Pairing::split, Pairing::merge})
        EXPECT_EQ(pairing_named(token(pairing)), pairing);
    EXPECT_FALSE(pairing_named("pair").has_value());
}

TEST(CompositeKey, joins_type_id_scheme_and_suffix) {
    InboundWebhook webhook;
    webhook.type = "TransactionSettled";
    webhook.unique_id = "E2E-1";
    webhook.scheme = "FasterPayments";
    EXPECT_EQ(composite_key(webhook), "TransactionSettled:E2E-1:FasterPayments");
    webhook.suffix = "-REV";
    EXPECT_EQ(composite_key(webhook), "TransactionSettled:E2E-1:FasterPayments-REV");
    webhook.scheme.clear();
    EXPECT_EQ(composite_key(webhook), "TransactionSettled:E2E-1-REV");
}

TEST(Tokens, of_states_are_their_names) {
    EXPECT_EQ(token(PaymentStatus::expected), "expected");
    EXPECT_EQ(token(PaymentStatus::settled), "settled");
    EXPECT_EQ(token(PaymentStatus::partially_settled), "partially_settled");
    EXPECT_EQ(token(PaymentStatus::overdue), "overdue");
    EXPECT_EQ(token(PaymentStatus::returned), "returned");
    EXPECT_EQ(token(PaymentStatus::cancelled), "cancelled");
    EXPECT_EQ(token(SettlementStatus::unmatched), "unmatched");
    EXPECT_EQ(token(SettlementStatus::matched), "matched");
    EXPECT_EQ(token(SettlementStatus::ambiguous), "ambiguous");
}

} // namespace
} // namespace settled::domain
