// POST /v1/search: what is found, of whom, and by whom.
#include "api/testing.h"
#include "store/queries/money/settlements.h"
#include "units/searching/fill_words.h"
#include "wire/json_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace settled::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Reply;
using ::testing::UnorderedElementsAre;
using testing::World;

store::Step<bool> rename_sender(store::Session& s, TenantId tenant, std::string id,
                                std::string name) {
    auto settlement = co_await store::find_settlement(s, tenant, *parse_id<SettlementIdTag>(id));
    settlement->counterparty_name = std::move(name);
    co_await store::complete_settlement(s, tenant, *settlement);
    co_return true;
}

const store::Statement forget_words{"DELETE FROM search_word WHERE tenant_id = $1"};

// As rows are that were stored before there were words.
store::Step<bool> forget(store::Session& s, TenantId tenant) {
    co_await s.send(forget_words, tenant);
    co_return true;
}

class Search : public ::testing::Test {
  protected:
    Search() : key(world.key_of("main")) {
        (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    std::string pay(const std::string& id, const std::string& amount, const std::string& more) {
        const Reply reply = world.call(
            key, "POST", "/v1/payments",
            R"({"client_id":")" + id + R"(","amount":{"value":")" + amount +
                R"(","currency":"GBP"},"payee":{"iban":"GB57CLRB04040100057354"},)" + more + "}");
        EXPECT_EQ(reply.status(), 201) << reply.response.body;
        return reply.at("id");
    }
    std::string arrive(domain::SettlementFact fact) {
        if (world.call(key, "GET", "/v1/connectors").count() == 0)
            (void)world.call(key, "POST", "/v1/connectors", world.new_connector("bank"));
        world.settle_at("bank", std::move(fact));
        return world.call(key, "GET", "/v1/settlements?limit=1").at("data.0.id");
    }
    Reply find(const std::string& text, const std::string& limit = "20") {
        return find_as(key, text, limit);
    }
    Reply find_as(const std::string& as, const std::string& text, const std::string& limit = "20") {
        wire::JsonWriter w;
        w.object().member("q", text).key("limit").raw(limit).end();
        return world.call(as, "POST", "/v1/search", w.text());
    }
    // What a worker does now and then.
    void fill() {
        const TenantId tenant = world.tenant("main");
        while (world.write<bool>([=](store::Session& s) { return units::lacks_words(s, tenant); }))
            (void)world.write<bool>(
                [=](store::Session& s) { return units::fill_words(s, tenant); });
    }
    static std::vector<std::string> all(const Reply& reply, const std::string& member) {
        std::vector<std::string> values;
        for (std::size_t i = 0; i < reply.count(); ++i)
            values.push_back(reply.at("data." + std::to_string(i) + "." + member));
        return values;
    }

    World world;
    std::string key;
};

TEST_F(Search, finds_a_payment_by_everything_that_is_known_of_it) {
    const std::string id = pay(
        "Order-2041", "12.34",
        R"("reference":"INV 2041/A","end_to_end_id":"E2E-0000417","uetr":"0f8fad5b-d9cb-469f-a165-70867728950e",
               "payer":{"name":"Séan O'Brien","iban":"GB29NWBK60161331926819"})");
    struct Case {
        const char* text;
        const char* matched_on;
        const char* exact;
    };
    const Case cases[] = {
        {"order-2041", "client_id", "true"},
        {"ORDER-2041", "client_id", "true"},
        {"e2e-0000417", "end_to_end_id", "true"},
        {"0F8FAD5B-D9CB-469F-A165-70867728950E", "uetr", "true"},
        {"gb29 nwbk 6016 1331 9268 19", "payer_account", "true"},
        {"60-16-13 31926819", "payer_account", "true"},
        {"GB57CLRB04040100057354", "account", "true"},
        {"12.34", "amount", "true"},
        {"£12.34", "amount", "true"},
        {"inv2041a", "reference", "true"},
        {"INV 20", "reference", "false"},
        {"sean", "name", "true"},
        {"obri", "name", "false"},
        {"O'Brien Séan", "name", "true"},
    };
    for (const Case& c : cases) {
        const Reply reply = find(c.text);
        ASSERT_EQ(reply.status(), 200) << c.text << reply.response.body;
        EXPECT_THAT(all(reply, "id"), ElementsAre(id)) << c.text;
        EXPECT_EQ(reply.at("data.0.kind"), "payment") << c.text;
        EXPECT_EQ(reply.at("data.0.client_id"), "Order-2041") << c.text;
        EXPECT_EQ(reply.at("data.0.matched_on"), c.matched_on) << c.text;
        EXPECT_EQ(reply.at("data.0.exact"), c.exact) << c.text;
        EXPECT_EQ(reply.at("data.0.amount.value"), "12.34") << c.text;
        EXPECT_EQ(reply.at("data.0.status"), "expected") << c.text;
    }
    EXPECT_EQ(find(id).at("data.0.matched_on"), "id");
    for (const char* text : {"2041", "rder-2041", "nv2041", "brien sean x", "12.35", "12.34 EUR",
                             "INV", "0001-unknown"})
        EXPECT_THAT(all(find(text), "id"), IsEmpty()) << text;
}

TEST_F(Search, finds_money_by_what_the_bank_says) {
    domain::SettlementFact fact = testing::money_in("TX-77-ABC", "E2E-0000900");
    fact.reference = "RENT NOV";
    fact.counterparty.name = "Ann Lee";
    const std::string id = arrive(fact);
    for (const char* text :
         {"TX-77-ABC", "tx-77-abc", "e2e-0000900", "rent nov", "rentn", "lee ann", "12.34"}) {
        const Reply reply = find(text);
        EXPECT_THAT(all(reply, "id"), ElementsAre(id)) << text;
        EXPECT_EQ(reply.at("data.0.kind"), "settlement") << text;
    }
}

TEST_F(Search, shows_exact_ones_first_then_the_newest_and_says_of_which_kind_there_is_more) {
    const std::string longer =
        pay("order-1", "1.00", R"("reference":"INV-2041-B","end_to_end_id":"E2E-000001")");
    const std::string exact =
        pay("order-2", "1.00", R"("reference":"INV-2041","end_to_end_id":"E2E-000002")");
    const std::string newest =
        pay("order-3", "1.00", R"("reference":"INV-2041-C","end_to_end_id":"E2E-000003")");
    EXPECT_THAT(all(find("INV-2041"), "id"), ElementsAre(exact, newest, longer));
    EXPECT_EQ(find("INV-2041").root().member("more")->size(), 0U);
    const Reply some = find("INV-2041", "2");
    EXPECT_THAT(all(some, "id"), ElementsAre(exact, newest));
    EXPECT_EQ(some.at("more.0"), "payment");
    EXPECT_THAT(all(find("1.00", "1"), "id"), ElementsAre(newest));
    EXPECT_EQ(find("1.00", "1").at("more.0"), "payment");
}

TEST_F(Search, finds_all_kinds_that_a_text_may_name_together) {
    const std::string by_id = pay("2041", "1.00", R"("end_to_end_id":"E2E-000001")");
    const std::string by_amount = pay("order-2", "2041.00", R"("end_to_end_id":"E2E-000002")");
    const std::string by_reference =
        pay("order-3", "3.00", R"("reference":"2041","end_to_end_id":"E2E-000003")");
    EXPECT_THAT(all(find("2041"), "id"), UnorderedElementsAre(by_id, by_amount, by_reference));
}

TEST_F(Search, never_shows_another_tenants_things) {
    const std::string id =
        pay("order-2041", "12.34", R"("reference":"INV-2041","payer":{"name":"Ann Lee"})");
    const std::string other = world.key_of("other");
    for (const std::string& text :
         {std::string("order-2041"), std::string("INV-2041"), std::string("Ann Lee"),
          std::string("12.34"), std::string("GB57CLRB04040100057354"), id})
        EXPECT_EQ(find_as(other, text).count(), 0U) << text;
}

TEST_F(Search, shows_the_kinds_that_its_reader_may_read) {
    (void)pay("order-2041", "12.34", R"("reference":"INV-2041","end_to_end_id":"E2E-000001")");
    domain::SettlementFact fact = testing::money_in("T1", "E2E-000009");
    fact.reference = "INV-2041";
    (void)arrive(fact);
    EXPECT_THAT(all(find("INV-2041"), "kind"), UnorderedElementsAre("payment", "settlement"));
    const std::string of_payments = world.key_of("main", "events:read payments:read");
    EXPECT_THAT(all(find_as(of_payments, "INV-2041"), "kind"), ElementsAre("payment"));
    const std::string of_events = world.key_of("main", "events:read");
    EXPECT_EQ(find_as(of_events, "INV-2041").count(), 0U);
    EXPECT_EQ(find_as(world.key_of("main", "payments:read"), "INV-2041").status(), 403);
}

TEST_F(Search, finds_anything_else_by_its_id) {
    (void)pay("order-2041", "12.34", R"("end_to_end_id":"E2E-000001")");
    (void)arrive(testing::money_in("T1", "E2E-000001"));
    for (const char* kind : {"matches", "events", "webhooks"}) {
        const std::string id = world.call(key, "GET", std::string("/v1/") + kind).at("data.0.id");
        ASSERT_NE(id, "") << kind;
        EXPECT_THAT(all(find(id), "id"), ElementsAre(id)) << kind;
    }
    EXPECT_EQ(find("pay_0000000000000").count(), 0U);
}

TEST_F(Search, refuses_what_is_too_short_or_too_long_to_search_for) {
    EXPECT_EQ(find("ab").code(), "value_invalid");
    EXPECT_EQ(find("ab").status(), 422);
    EXPECT_EQ(find(std::string(257, 'a')).status(), 422);
    EXPECT_EQ(find("abc", "0").status(), 422);
    EXPECT_EQ(find("abc", "101").status(), 422);
}

TEST_F(Search, follows_a_settlement_whose_sender_is_learnt_later) {
    domain::SettlementFact fact = testing::money_in("T1", "E2E-000009");
    fact.counterparty.name = "Ann Lee";
    const std::string id = arrive(fact);
    ASSERT_THAT(all(find("Ann Lee"), "id"), ElementsAre(id));
    const TenantId main = world.tenant("main");
    (void)world.write<bool>(
        [main, id](store::Session& s) { return rename_sender(s, main, id, "Bob Jones"); });
    EXPECT_EQ(find("Ann Lee").count(), 0U);
    EXPECT_THAT(all(find("jones"), "id"), ElementsAre(id));
}

TEST_F(Search, names_from_before_there_were_words_are_found_once_they_are_filled_in) {
    const std::string payment = pay("order-1", "12.34", R"("payer":{"name":"Ann Lee"})");
    auto fact = testing::money_in("T-1", "");
    fact.counterparty.name = "Ann Lee";
    const std::string settlement = arrive(std::move(fact));
    for (int i = 2; i < 130; ++i) // more than one bite
        (void)pay("order-" + std::to_string(i), "1.00", R"("payer":{"name":"Bob Roe"})");
    const TenantId tenant = world.tenant("main");
    (void)world.write<bool>([=](store::Session& s) { return forget(s, tenant); });
    EXPECT_THAT(all(find("ann lee"), "id"), IsEmpty());
    fill();
    EXPECT_THAT(all(find("ann lee"), "id"), UnorderedElementsAre(payment, settlement));
    EXPECT_EQ(find("bob", "100").count(), 100U);
    (void)world.write<bool>([=](store::Session& s) { return forget(s, tenant); });
    fill();
    EXPECT_THAT(all(find("ann lee"), "id"), IsEmpty()) << "it is done once";
    const std::string later = pay("order-200", "1.00", R"("payer":{"name":"Ann Lee"})");
    fill();
    EXPECT_THAT(all(find("ann lee"), "id"), ElementsAre(later));
}

TEST_F(Search, orders_from_before_there_were_words_are_found_by_receiver_and_reference) {
    ASSERT_EQ(world.call(key, "POST", "/v1/connectors", world.new_bank("clearbank")).status(), 201);
    (void)world.bank_replies("clearbank", 200, "{}"); // for its accounts
    const Reply made = world.call(key, "POST", "/v1/orders",
                                  R"({"client_id":"loan-1","connector":"clearbank","scheme":"fps",
            "amount":{"value":"100.00","currency":"GBP"},"debtor":{"iban":"GB57CLRB04040100057354"},
            "creditor":{"name":"Ann Lee","sort_code":"601613","account_number":"31926819"},
            "reference":"LOAN 4711"})");
    ASSERT_LT(made.status(), 300) << made.response.body;
    const TenantId tenant = world.tenant("main");
    (void)world.write<bool>([=](store::Session& s) { return forget(s, tenant); });
    ASSERT_THAT(all(find("ann lee"), "id"), IsEmpty());
    ASSERT_THAT(all(find("LOAN 47"), "id"), IsEmpty());
    fill();
    EXPECT_THAT(all(find("ann lee"), "id"), ElementsAre(made.at("id")));
    EXPECT_THAT(all(find("LOAN 47"), "id"), ElementsAre(made.at("id")));
}

} // namespace
} // namespace settled::api
