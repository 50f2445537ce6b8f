// The lists of payments and settlements, filtered by what their rows hold.
#include "api/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace settled::api {
namespace {

using ::testing::ElementsAre;
using testing::Reply;
using testing::World;

class MoneyFilters : public ::testing::Test {
  protected:
    MoneyFilters() : key(world.key_of("main")) {
        (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    std::string pay(const std::string& id, const std::string& amount, const std::string& more) {
        return world
            .call(key, "POST", "/v1/payments",
                  R"({"client_id":")" + id + R"(","amount":)" + amount +
                      R"(,"payee":{"iban":"GB57CLRB04040100057354"},)" + more + "}")
            .at("id");
    }
    std::vector<std::string> list(const std::string& target) {
        const Reply reply = world.call(key, "GET", target);
        EXPECT_EQ(reply.status(), 200) << target << reply.response.body;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < reply.count(); ++i)
            names.push_back(reply.at("data." + std::to_string(i) + ".client_id"));
        return names;
    }

    World world;
    std::string key;
};

TEST_F(MoneyFilters, of_payments_are_compared_as_the_matching_compares_and_joined_by_and) {
    const std::string gbp = R"({"value":"12.34","currency":"GBP"})";
    const std::string eur = R"({"value":"12.34","currency":"EUR"})";
    pay("a", gbp, R"("reference":"INV 2041","end_to_end_id":"E2E-000001","institution_id":"monzo",
                     "created_at":"2026-11-18T09:00:00Z","payer":{"name":"Ann Lee","iban":"GB29NWBK60161331926819"})");
    pay("b", eur,
        R"("reference":"inv-2041","end_to_end_id":"E2E-000002","institution_id":"starling",
                     "created_at":"2026-11-18T10:00:00Z","payer":{"name":"Bob Jones"})");
    pay("c", R"({"value":"1.00","currency":"GBP"})",
        R"("reference":"OTHER","end_to_end_id":"E2E-000003","created_at":"2026-11-18T11:00:00Z")");
    struct Case {
        const char* query;
        std::vector<std::string> found;
    };
    const Case cases[] = {
        {"reference=INV2041", {"b", "a"}},
        {"reference=INV20", {}},
        {"end_to_end_id=e2e000002", {"b"}},
        {"amount=12.34", {"b", "a"}},
        {"amount=12.34&currency=EUR", {"b"}},
        {"amount=12.34%20GBP", {"a"}},
        {"currency=GBP", {"c", "a"}},
        {"payer=GB29NWBK60161331926819", {"a"}},
        {"payer=601613%2031926819", {"a"}},
        {"payer=bob%20jones", {"b"}},
        {"payer=bob", {}},
        {"institution=monzo", {"a"}},
        {"created_after=2026-11-18T10:00:00Z", {"c", "b"}},
        {"created_before=2026-11-18T10:00:00Z", {"a"}},
        {"reference=INV2041&institution=starling&amount=12.34", {"b"}},
        {"reference=INV2041&institution=starling&amount=1.00", {}},
        {"reference=INV2041&status=settled", {}},
        {"reference=INV2041&status=expected&account=GB57CLRB04040100057354", {"b", "a"}},
    };
    for (const Case& c : cases)
        EXPECT_EQ(list(std::string("/v1/payments?") + c.query), c.found) << c.query;
}

TEST_F(MoneyFilters, of_settlements_are_the_same_and_the_banks_transaction_id) {
    (void)world.call(key, "POST", "/v1/connectors", world.new_connector("bank"));
    for (const char* id : {"T1", "T2"})
        world.settle_at("bank", testing::money_in(id, std::string("E2E-00000") + id));
    const auto count = [&](const std::string& query) {
        return world.call(key, "GET", "/v1/settlements?" + query).count();
    };
    EXPECT_EQ(count("reference=inv%202041"), 2U);
    EXPECT_EQ(count("transaction_id=T1"), 1U);
    EXPECT_EQ(count("transaction_id=T1&amount=1.00"), 0U);
    EXPECT_EQ(count("transaction_id=T9"), 0U);
    EXPECT_EQ(count("end_to_end_id=e2e00000t2"), 1U);
    EXPECT_EQ(count("payer=a%20payer&amount=12.34&currency=GBP"), 2U);
    EXPECT_EQ(count("received_before=2020-01-01T00:00:00Z"), 0U);
    EXPECT_EQ(count("received_after=2020-01-01T00:00:00Z"), 2U);
}

TEST_F(MoneyFilters, lead_from_page_to_page_until_next_is_null) {
    for (int i = 0; i < 5; ++i)
        pay("p" + std::to_string(i), R"({"value":"1.00","currency":"GBP"})",
            R"("reference":"SAME","end_to_end_id":"E2E-00000)" + std::to_string(i) + "\"");
    std::vector<std::string> found;
    std::string after;
    int pages = 0;
    do {
        const Reply page = world.call(key, "GET",
                                      "/v1/payments?reference=SAME&limit=2" +
                                          (after.empty() ? "" : "&after=" + after));
        for (std::size_t i = 0; i < page.count(); ++i)
            found.push_back(page.at("data." + std::to_string(i) + ".client_id"));
        after = page.at("next");
    } while (!after.empty() && ++pages < 10);
    EXPECT_THAT(found, ElementsAre("p4", "p3", "p2", "p1", "p0"));
}

TEST_F(MoneyFilters, by_creation_pass_over_no_payment_however_late_it_was_registered) {
    const std::string amount = R"({"value":"1.00","currency":"GBP"})";
    const auto created = [](int day) {
        return R"("reference":"R","created_at":"2026-11-)" + std::to_string(day) + R"(T10:00:00Z")";
    };
    for (const auto& [name, day] :
         {std::pair("p12", 12), std::pair("p16", 16), std::pair("p10", 10), std::pair("p14", 14),
          std::pair("p18", 18)})
        pay(name, amount, created(day));
    std::vector<std::string> found;
    std::string after;
    int pages = 0;
    do {
        const std::string target =
            "/v1/payments?created_before=2026-11-17T00:00:00Z&limit=1&status=expected" + after;
        const auto some = list(target);
        found.insert(found.end(), some.begin(), some.end());
        const std::string next = world.call(key, "GET", target).at("next");
        after = next.empty() ? "" : "&after=" + next;
    } while (!after.empty() && ++pages < 10);
    EXPECT_THAT(found, ElementsAre("p16", "p14", "p12", "p10"));
    EXPECT_THAT(list("/v1/payments?created_after=2026-11-12T10:00:00Z&"
                     "created_before=2026-11-16T10:00:00Z"),
                ElementsAre("p14", "p12"));
}

TEST_F(MoneyFilters, refuse_what_cannot_be_read) {
    for (const char* query :
         {"amount=much", "currency=XXX", "reference=--", "created_after=soon", "payer=--",
          "order=oldest&reference=A", "received_after=2026-11-18T10:00:00Z"})
        EXPECT_EQ(world.call(key, "GET", std::string("/v1/payments?") + query).status(), 400)
            << query;
}

TEST_F(MoneyFilters, never_show_another_tenants_rows) {
    pay("a", R"({"value":"1.00","currency":"GBP"})", R"("reference":"SAME")");
    const std::string other = world.key_of("other");
    EXPECT_EQ(world.call(other, "GET", "/v1/payments?reference=SAME").count(), 0U);
    EXPECT_EQ(world.call(key, "GET", "/v1/payments?reference=SAME").count(), 1U);
}

} // namespace
} // namespace settled::api
