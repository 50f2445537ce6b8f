// Lists that are read forward, as a poller reads them.
#include "api/testing.h"
#include "store/queries/feeds.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class Forward : public ::testing::Test {
  protected:
    Forward() : key(world.key_of("main")) {
        EXPECT_EQ(world
                      .call(key, "POST", "/v1/accounts",
                            R"({"iban":"GB57CLRB04040100057354","bank_account_id":"va-1"})")
                      .status(),
                  201);
    }
    Reply get(const std::string& target) { return world.call(key, "GET", target); }
    // A page of a list, read forward.
    Reply page(const std::string& list, const std::string& after = "", int limit = 50) {
        return get("/v1/" + list + "?order=oldest&limit=" + std::to_string(limit) +
                   (after.empty() ? "" : "&after=" + after));
    }
    void order() {
        const TenantId tenant = world.tenant("main");
        for (int i = 0; i < 2; ++i) // the first time there is nothing to lock
            world.write<bool>(
                [tenant](store::Session& s) { return store::order_waiting(s, tenant, 500); });
    }
    void settle(const std::string& name) {
        const std::string body =
            R"({"client_id":")" + name +
            R"(","amount":{"value":"12.34","currency":"GBP"},"end_to_end_id":"E2E-)" + name +
            R"(","payee":{"iban":"GB57CLRB04040100057354"}})";
        EXPECT_EQ(world.call(key, "POST", "/v1/payments", body).status(), 201);
        world.settle(world.tenant("main"), testing::money_in("tx-" + name, "E2E-" + name));
    }

    World world;
    std::string key;
};

TEST_F(Forward, a_poller_goes_on_where_it_was_and_sees_each_once) {
    for (const char* name : {"order-1", "order-2", "order-3"})
        settle(name);
    order();
    const Reply first = page("events", "", 2);
    ASSERT_EQ(first.status(), 200) << first.response.body;
    ASSERT_EQ(first.count(), 2U);
    EXPECT_EQ(first.at("data.0.data.client_id"), "order-1");
    const Reply second = page("events", first.at("next"), 2);
    ASSERT_EQ(second.count(), 1U);
    EXPECT_EQ(second.at("data.0.data.client_id"), "order-3");
    const Reply third = page("events", second.at("next"), 2);
    EXPECT_EQ(third.count(), 0U);
    EXPECT_EQ(third.at("next"), second.at("next")) << "all is read: ask again later with the same";
    settle("order-4");
    order();
    const Reply fourth = page("events", third.at("next"), 2);
    ASSERT_EQ(fourth.count(), 1U);
    EXPECT_EQ(fourth.at("data.0.data.client_id"), "order-4");
}

TEST_F(Forward, the_lists_that_are_feeds_have_what_happened_in_its_order) {
    settle("order-1");
    settle("order-2");
    order();
    for (const char* list : {"payments", "settlements", "matches", "webhooks", "events"}) {
        const Reply forward = page(list);
        ASSERT_EQ(forward.status(), 200) << list << forward.response.body;
        ASSERT_EQ(forward.count(), 2U) << list;
        const Reply newest = get("/v1/" + std::string(list));
        EXPECT_EQ(forward.at("data.0.id"), newest.at("data.1.id")) << list;
        EXPECT_EQ(forward.at("data.1.id"), newest.at("data.0.id")) << list;
    }
    EXPECT_EQ(page("reviews").count(), 0U);
}

TEST_F(Forward, a_client_that_wants_only_new_rows_begins_at_the_end) {
    settle("order-1");
    order();
    const Reply end = page("events", "end");
    EXPECT_EQ(end.count(), 0U);
    settle("order-2");
    order();
    const Reply next = page("events", end.at("next"));
    ASSERT_EQ(next.count(), 1U);
    EXPECT_EQ(next.at("data.0.data.client_id"), "order-2");
}

TEST_F(Forward, a_row_without_a_position_is_not_shown) {
    settle("order-1");
    EXPECT_EQ(page("events").count(), 0U);
    EXPECT_EQ(get("/v1/events").count(), 1U);
}

TEST_F(Forward, a_cursor_that_means_nothing_here_is_refused) {
    settle("order-1");
    order();
    const std::string cursor = page("events").at("next");
    EXPECT_EQ(page("matches", cursor).code(), "cursor_invalid") << "of another list";
    EXPECT_EQ(get("/v1/events?after=" + cursor).code(), "cursor_invalid") << "of another order";
    const std::string event = get("/v1/events").at("data.0.id");
    EXPECT_EQ(page("matches", event).code(), "cursor_invalid");
    EXPECT_EQ(page("events", event).count(), 0U) << "of events their ids are places, too";
    EXPECT_EQ(page("events", "cur_").code(), "cursor_invalid");
    EXPECT_EQ(page("events", cursor + "0").code(), "cursor_invalid");
    std::string ahead = cursor;
    ahead[15] = ahead[15] == '9' ? '8' : '9'; // a later position
    EXPECT_EQ(page("events", ahead).code(), "cursor_invalid") << "of a newer copy of the data";
}

TEST_F(Forward, another_tenant_s_place_is_none_here) {
    settle("order-1");
    order();
    const std::string other = world.key_of("other");
    const std::string cursor = page("events").at("next");
    EXPECT_EQ(world.call(other, "GET", "/v1/events?order=oldest&after=" + cursor).code(),
              "cursor_invalid");
    EXPECT_EQ(world.call(other, "GET", "/v1/events?order=oldest").count(), 0U);
}

TEST_F(Forward, filters_on_what_may_change_and_lists_of_states_are_refused) {
    EXPECT_EQ(get("/v1/settlements?order=oldest&status=matched").code(), "parameter_invalid");
    EXPECT_EQ(get("/v1/events?order=oldest&type=settlement.matched").status(), 200);
    EXPECT_EQ(get("/v1/events?order=upwards").code(), "parameter_invalid");
    for (const char* list : {"deliveries", "endpoints", "accounts", "api-keys"})
        EXPECT_EQ(get("/v1/" + std::string(list) + "?order=oldest").code(), "parameter_invalid");
}

} // namespace
} // namespace settled::api
