// Filters of the lists of events, webhooks, deliveries and reviews, over the API.
#include "api/handlers/filtered_page.h"

#include "api/testing.h"
#include "store/queries/money/reviews.h"
#include "wire/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Reply;
using testing::World;
using Strings = std::vector<std::string>;

class Filters : public ::testing::Test {
  protected:
    Filters() : key(world.key_of("main")) {
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    std::string register_payment(const std::string& id) {
        return call("POST", "/v1/payments",
                    R"({"client_id":")" + id +
                        R"(","amount":{"value":"12.34","currency":"GBP"},"end_to_end_id":"E2E-)" +
                        id + R"(","payee":{"iban":"GB57CLRB04040100057354"}})")
            .at("id");
    }
    // A payment whose money has come: its id.
    std::string settled_payment(const std::string& id) {
        std::string payment = register_payment(id);
        world.settle(world.tenant("main"), testing::money_in("T-" + id, "E2E-" + id));
        return payment;
    }
    // A member of all rows of all pages of a list.
    Strings all(const std::string& target, const std::string& member, std::size_t limit = 50) {
        Strings values;
        std::string next;
        do {
            const Reply page = call("GET", target + (target.contains('?') ? "&" : "?") +
                                               "limit=" + std::to_string(limit) +
                                               (next.empty() ? "" : "&after=" + next));
            EXPECT_EQ(page.status(), 200) << page.response.body;
            if (page.status() != 200)
                break;
            for (std::size_t i = 0; i < page.count(); ++i)
                values.push_back(page.at("data." + std::to_string(i) + "." + member));
            next = page.at("next");
        } while (!next.empty());
        return values;
    }
    void open_review(TenantId tenant, std::string_view kind) {
        const store::ReviewRow row{world.ids.next<ReviewId>(),
                                   std::string(kind),
                                   world.ids.next_value(),
                                   "open",
                                   R"({"reason":"test"})",
                                   world.clock.now(),
                                   std::nullopt};
        (void)world.write<bool>([&](store::Session& s) { return insert(s, tenant, row); });
    }
    static store::Step<bool> insert(store::Session& s, TenantId tenant,
                                    const store::ReviewRow& row) {
        co_await store::insert_review(s, tenant, row);
        co_return true;
    }
    std::string now() const { return wire::to_rfc3339(world.clock.now()); }

    World world;
    std::string key;
};

TEST_F(Filters, events_are_found_by_what_they_are_about) {
    const std::string payment = settled_payment("order-1");
    (void)settled_payment("order-2");
    const std::string settlement = call("GET", "/v1/payments/order-1").at("settlement.id");
    EXPECT_EQ(all("/v1/events", "type").size(), 2U);
    for (const std::string& about :
         {"payment=" + payment, std::string("payment=order-1"), "settlement=" + settlement})
        EXPECT_THAT(all("/v1/events?" + about, "data.client_id"), ElementsAre("order-1")) << about;
    EXPECT_THAT(all("/v1/events?payment=order-1&type=payment.overdue", "type"), IsEmpty());
    EXPECT_THAT(all("/v1/events?payment=order-3", "type"), IsEmpty());
    EXPECT_THAT(all("/v1/events?order_id=payout-1", "type"), IsEmpty());
    const std::string endpoint =
        call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})").at("id");
    (void)call("POST", "/v1/endpoints/" + endpoint + "/ping");
    EXPECT_THAT(all("/v1/events?endpoint=" + endpoint, "type"), ElementsAre("test.ping"));
}

TEST_F(Filters, events_and_deliveries_are_found_by_their_time) {
    (void)call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook","events":["*"]})");
    (void)settled_payment("order-1");
    (void)register_payment("order-2");
    world.clock.advance(std::chrono::hours(1));
    const std::string between = now();
    world.clock.advance(std::chrono::hours(1));
    world.settle(world.tenant("main"), testing::money_in("T-order-2", "E2E-order-2"));
    EXPECT_THAT(all("/v1/events?after_time=" + between, "data.client_id"), ElementsAre("order-2"));
    EXPECT_THAT(all("/v1/events?before_time=" + between, "data.client_id"), ElementsAre("order-1"));
    EXPECT_THAT(all("/v1/events?payment=order-1&after_time=" + between, "type"), IsEmpty());
    EXPECT_EQ(all("/v1/deliveries", "id").size(), 2U);
    EXPECT_EQ(all("/v1/deliveries?after_time=" + between, "id").size(), 1U);
    EXPECT_EQ(all("/v1/deliveries?status=queued&before_time=" + between, "id").size(), 1U);
    EXPECT_THAT(
        all("/v1/deliveries?after_time=" + now() + "&before_time=2100-01-01T00:00:00Z", "id"),
        ::testing::SizeIs(1));
}

TEST_F(Filters, a_page_that_is_shorter_than_its_limit_says_by_its_cursor_whether_there_is_more) {
    for (int i = 0; i < 30; ++i)
        (void)register_payment("order-" + std::to_string(i));
    (void)settled_payment("settled");
    for (int i = 0; i < 3; ++i)
        (void)call("POST",
                   "/v1/endpoints/" +
                       call("POST", "/v1/endpoints",
                            R"({"url":"https://partner.example/)" + std::to_string(i) + "\"}")
                           .at("id") +
                       "/ping");
    EXPECT_THAT(all("/v1/events?type=settlement.matched", "data.client_id", 1),
                ElementsAre("settled"));
    EXPECT_EQ(all("/v1/events", "id", 1).size(), 4U);
    EXPECT_EQ(all("/v1/events", "id", 2).size(), 4U);
    EXPECT_EQ(all("/v1/events", "id", 4).size(), 4U);
}

TEST_F(Filters, webhooks_are_found_by_connector_status_and_type) {
    ASSERT_EQ(call("POST", "/v1/connectors", world.new_connector("clearbank")).status(), 201);
    ASSERT_EQ(call("POST", "/v1/connectors", world.new_connector("other")).status(), 201);
    world.settle_at("clearbank", testing::money_in("T-1", ""));
    world.settle_at("other", testing::money_in("T-2", ""));
    world.settle_at("other", testing::money_in("T-3", ""));
    EXPECT_EQ(all("/v1/webhooks?connector=clearbank", "id").size(), 1U);
    EXPECT_EQ(all("/v1/webhooks?connector=other", "id", 1).size(), 2U);
    EXPECT_EQ(
        all("/v1/webhooks?connector=other&status=processed&type=TransactionSettled", "id").size(),
        2U);
    EXPECT_THAT(all("/v1/webhooks?connector=nobody", "id"), IsEmpty());
    EXPECT_THAT(all("/v1/webhooks?status=review", "id"), IsEmpty());
    EXPECT_THAT(all("/v1/webhooks?type=FITestEvent", "id"), IsEmpty());
    EXPECT_EQ(call("GET", "/v1/webhooks?status=lost").code(), "parameter_invalid");
}

TEST_F(Filters, reviews_are_found_by_kind) {
    const TenantId tenant = world.tenant("main");
    for (const std::string_view kind :
         {store::review_webhook_unreadable, store::review_payment_conflict,
          store::review_webhook_unreadable})
        open_review(tenant, kind);
    EXPECT_EQ(all("/v1/reviews?kind=webhook_unreadable", "id", 1).size(), 2U);
    EXPECT_EQ(all("/v1/reviews?kind=payment_conflict&status=open", "id").size(), 1U);
    EXPECT_THAT(all("/v1/reviews?kind=payment_conflict&status=closed", "id"), IsEmpty());
    EXPECT_EQ(call("GET", "/v1/reviews?kind=nothing").code(), "parameter_invalid");
}

TEST_F(Filters, a_list_that_is_read_forward_takes_none_of_them) {
    for (const std::string& target : std::vector<std::string>{
             "/v1/events?order=oldest&payment=order-1",
             "/v1/events?order=oldest&after_time=" + now(),
             "/v1/webhooks?order=oldest&connector=clearbank",
             "/v1/reviews?order=oldest&kind=payment_conflict", "/v1/events?after_time=soon",
             "/v1/events?payment=a&order_id=b",
             "/v1/events?before_time=2020-01-01T00:00:00Z&after_time=2020-01-01T00:00:00Z"})
        EXPECT_EQ(call("GET", target).code(), "parameter_invalid") << target;
}

} // namespace
} // namespace settled::api
