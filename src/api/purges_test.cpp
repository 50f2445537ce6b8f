// What callers are answered about what was purged.
#include "api/testing.h"
#include "store/queries/feeds.h"
#include "store/queries/purges.h"
#include "store/queries/seals.h"
#include "units/evidence/seal.h"
#include "units/purge/purge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using store::Session;
using testing::Reply;
using testing::World;
using Days = std::chrono::days;

class Purges : public ::testing::Test {
  protected:
    Purges() {
        key = world.key_of("main");
        main = world.tenant("main");
        EXPECT_EQ(call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").status(),
                  201);
        EXPECT_EQ(call("POST", "/v1/connectors", world.new_bank("bank")).status(), 201);
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    static std::string payment_body(std::string_view id) {
        return fmt::format(R"({{"client_id":"{0}","amount":{{"value":"12.34","currency":"GBP"}},
                              "end_to_end_id":"E2E-{0}",
                              "payee":{{"iban":"GB57CLRB04040100057354"}}}})",
                           id);
    }
    // The payment's id, once its money is here.
    std::string pay(const std::string& id) {
        const Reply made = call("POST", "/v1/payments", payment_body(id));
        EXPECT_EQ(made.status(), 201) << made.response.body;
        auto money = testing::money_in("T-" + id, "E2E-" + id);
        money.settled_at = world.clock.now();
        world.settle_at("bank", std::move(money));
        return made.at("id");
    }
    void seal() {
        const TenantId tenant = main;
        const Instant now = world.clock.now();
        for (int round = 0; round < 3; ++round)
            world.write<bool>([=](Session& s) { return store::order_waiting(s, tenant, 1'000); });
        const auto next = world.write<std::optional<units::NextSeal>>(
            [=](Session& s) { return units::next_seal(s, tenant, now); });
        const auto seal = std::make_shared<const units::NextSeal>(next.value());
        world.write<bool>([=](Session& s) { return insert(s, tenant, seal); });
    }
    static store::Step<bool> insert(Session& s, TenantId tenant,
                                    std::shared_ptr<const units::NextSeal> next) {
        co_await store::insert_seal(s, tenant, next->seal);
        co_return true;
    }
    // Asks for it, and does what the server's worker does.
    Reply purge(std::string_view body) {
        const Reply begun = call("POST", "/v1/purges", body);
        EXPECT_EQ(begun.status(), 202) << begun.response.body;
        EXPECT_EQ(begun.at("status"), "running");
        const auto id = parse_id<PurgeIdTag>(begun.at("id")).value();
        const TenantId tenant = main;
        const Instant now = world.clock.now();
        const units::Context& context = world.context;
        while (world
                   .write<units::PurgeStep>([=, &context](Session& s) {
                       return units::purge_some(s, context, tenant, id, now, {64, 1'000'000});
                   })
                   .more) {
        }
        return call("GET", "/v1/purges/" + begun.at("id"));
    }

    World world;
    std::string key;
    TenantId main;
};

TEST_F(Purges, are_shown_with_what_they_have_removed) {
    pay("order-1");
    seal();
    world.clock.advance(Days(401));
    const Reply dry = purge(R"({"older_than_days":400,"dry_run":true})");
    EXPECT_EQ(dry.at("purged.payments"), "1");
    EXPECT_EQ(call("GET", "/v1/payments/order-1").status(), 200);
    const Reply done = purge(R"({"older_than_days":400})");
    EXPECT_EQ(done.at("status"), "done");
    EXPECT_EQ(done.root().member("kinds")->size(), 4U);
    EXPECT_EQ(done.at("purged.payments"), "1");
    EXPECT_EQ(done.at("purged.settlements"), "1");
    EXPECT_EQ(done.at("purged.matches"), "1");
    EXPECT_EQ(done.at("purged.events"), "1");
    EXPECT_EQ(done.at("kept"), "0");
    EXPECT_NE(done.at("finished_at"), "");
    EXPECT_EQ(call("GET", "/v1/changes").at("data.0.action"), "purge.begin");
}

TEST_F(Purges, of_payments_and_calls_are_refused_for_what_may_still_come_back) {
    for (const char* const kinds :
         {R"(["payments"])", R"(["calls"])", R"(["events","payments"])"}) {
        const Reply refused = call("POST", "/v1/purges",
                                   fmt::format(R"({{"older_than_days":99,"kinds":{}}})", kinds));
        EXPECT_EQ(refused.status(), 422) << kinds;
        EXPECT_EQ(refused.code(), "value_invalid");
    }
    EXPECT_EQ(call("POST", "/v1/purges", R"({"older_than_days":99})").status(), 422);
    EXPECT_EQ(call("POST", "/v1/purges", R"({"older_than_days":1,"kinds":["events","deliveries"]})")
                  .status(),
              202);
    EXPECT_EQ(call("POST", "/v1/purges", R"({"older_than_days":100})").status(), 202);
    EXPECT_EQ(call("POST", "/v1/purges", R"({"kinds":["events"]})").status(), 422);
    EXPECT_EQ(call("POST", "/v1/purges", R"({"older_than_days":400,"kinds":["keys"]})").status(),
              422);
}

TEST_F(Purges, leave_410_at_every_address_of_what_is_gone) {
    const std::string payment = pay("order-1");
    const std::string settlement = call("GET", "/v1/settlements").at("data.0.id");
    const std::string match = call("GET", "/v1/matches").at("data.0.id");
    const std::string event = call("GET", "/v1/events").at("data.0.id");
    seal();
    world.clock.advance(Days(401));
    purge(R"({"older_than_days":400})");
    const std::string rival = world.key_of("rival");
    for (const std::string& target :
         {"/v1/payments/" + payment, std::string("/v1/payments/order-1"),
          "/v1/payments/" + payment + "/candidates", "/v1/settlements/" + settlement,
          "/v1/settlements/" + settlement + "/candidates", "/v1/matches/" + match,
          "/v1/events/" + event, "/v1/timeline/" + payment, std::string("/v1/timeline/order-1")}) {
        const Reply gone = call("GET", target);
        EXPECT_EQ(gone.status(), 410) << target << gone.response.body;
        EXPECT_EQ(gone.code(), "purged") << target;
        EXPECT_NE(gone.at("purged_at"), "") << target;
        EXPECT_EQ(gone.response.content_type, "application/problem+json");
        const Reply theirs = world.call(rival, "GET", target);
        EXPECT_EQ(theirs.code(), "not_found") << "another tenant's is none";
    }
    EXPECT_EQ(call("POST", "/v1/matches/" + match + "/undo", R"({"reason":"it was not"})").status(),
              410);
    const Reply back =
        call("POST", "/v1/returns",
             fmt::format(R"({{"settlement_id":"{}","reason":"other"}})", settlement));
    EXPECT_EQ(back.status(), 410) << back.response.body;
    EXPECT_EQ(call("GET", "/v1/payments/order-2").code(), "not_found");
}

TEST_F(Purges, are_shown_to_those_alone_who_may_read_what_is_gone) {
    const std::string payment = pay("order-1");
    seal();
    world.clock.advance(Days(401));
    purge(R"({"older_than_days":400})");
    const std::string other = world.key_of("main", "events:read");
    EXPECT_EQ(world.call(other, "GET", "/v1/timeline/" + payment).status(), 404);
}

TEST_F(Purges, leave_a_client_id_used) {
    pay("order-1");
    seal();
    world.clock.advance(Days(401));
    purge(R"({"older_than_days":400})");
    const Reply again = call("POST", "/v1/payments", payment_body("order-1"));
    EXPECT_EQ(again.status(), 409);
    EXPECT_EQ(again.code(), "payment_purged");
    EXPECT_EQ(call("POST", "/v1/payments", payment_body("order-2")).status(), 201);
}

TEST_F(Purges, refuse_a_cursor_that_lies_before_purged_events) {
    pay("order-1");
    pay("order-2");
    seal();
    const std::string first = call("GET", "/v1/events?order=oldest&limit=1").at("next");
    const std::string last = call("GET", "/v1/events?order=oldest").at("next");
    const std::string event = call("GET", "/v1/events?order=oldest").at("data.0.id");
    EXPECT_EQ(call("PUT", "/v1/consumers/books", R"({"from":"oldest"})").status(), 201);
    EXPECT_EQ(call("POST", "/v1/consumers/books/cursor", fmt::format(R"({{"after":"{}"}})", first))
                  .status(),
              200);
    world.clock.advance(Days(401));
    purge(R"({"older_than_days":400,"kinds":["events"]})");
    for (const std::string& target :
         {"/v1/events?order=oldest&after=" + first, "/v1/events?order=oldest&after=" + event,
          std::string("/v1/consumers/books/events")}) {
        const Reply gone = call("GET", target);
        EXPECT_EQ(gone.status(), 410) << target << gone.response.body;
        EXPECT_EQ(gone.code(), "events_purged") << target;
    }
    EXPECT_EQ(call("GET", "/v1/events?order=oldest&after=" + last).status(), 200);
    pay("order-3");
    seal();
    const Reply oldest = call("GET", "/v1/events?order=oldest");
    EXPECT_EQ(oldest.status(), 200);
    EXPECT_EQ(oldest.count(), 1U) << "the oldest that is there";
}

// An old event that stays is the first page of a client that reads from the oldest, and its end lies before what was
// purged: such a client goes on.
TEST_F(Purges, let_a_reader_that_began_after_them_go_on_past_purged_events) {
    const std::string endpoint =
        call("POST", "/v1/endpoints", R"({"url":"https://p.example/h"})").at("id");
    pay("order-1"); // its delivery is owed: its event stays
    EXPECT_EQ(call("PATCH", "/v1/endpoints/" + endpoint, R"({"events":["link.created"]})").status(),
              200);
    pay("order-2");
    seal();
    world.clock.advance(Days(401));
    purge(R"({"older_than_days":400,"kinds":["events"]})");
    pay("order-3");
    seal();
    EXPECT_EQ(call("PUT", "/v1/consumers/books", R"({"from":"oldest"})").status(), 201);
    std::string after;
    int seen = 0;
    for (int page = 0; page < 10; ++page) {
        const Reply read = call("GET", "/v1/events?order=oldest&limit=1" + after);
        ASSERT_EQ(read.status(), 200) << read.response.body;
        seen += static_cast<int>(read.count());
        after = "&after=" + read.at("next");
        const Reply moved = call("POST", "/v1/consumers/books/cursor",
                                 fmt::format(R"({{"after":"{}"}})", read.at("next")));
        ASSERT_EQ(moved.status(), 200) << moved.response.body;
        ASSERT_EQ(call("GET", "/v1/consumers/books/events").status(), 200);
    }
    EXPECT_EQ(seen, call("GET", "/v1/events").count());
    EXPECT_GE(seen, 2) << "an old one that stayed, and the new one";
}

} // namespace
} // namespace settled::api
