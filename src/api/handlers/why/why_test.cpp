// Candidates, timelines and the status over the API.
#include "api/handlers/why/status_figures.h"
#include "api/handlers/why/timeline_entry.h"
#include "api/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace settled::api {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;
using ::testing::StartsWith;
using testing::World;

class Why : public ::testing::Test {
  protected:
    Why() : key(world.key_of("main")) {
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    std::string register_payment(std::string_view id, std::string_view amount,
                                 std::string_view end_to_end_id) {
        const Reply reply = call(
            "POST", "/v1/payments",
            R"({"client_id":")" + std::string(id) + R"(","amount":{"value":")" +
                std::string(amount) + R"(","currency":"GBP"},"reference":"INV-2041",
                     "end_to_end_id":")" +
                std::string(end_to_end_id) +
                R"(","created_at":"2026-11-18T10:00:00Z","payee":{"iban":"GB57CLRB04040100057354"}})");
        return reply.at("id");
    }
    // The values of a member of all entries of a page.
    static std::vector<std::string> all(const Reply& page, const std::string& member) {
        std::vector<std::string> values;
        for (std::size_t i = 0; i < page.count(); ++i)
            values.push_back(page.at("data." + std::to_string(i) + "." + member));
        return values;
    }

    World world;
    std::string key;
};

TEST_F(Why, candidates_show_both_values_and_the_veto) {
    register_payment("order-1", "12.43", "E2E-000001");
    world.settle(world.tenant("main"), testing::money_in("T1", ""));
    const std::string settlement = call("GET", "/v1/settlements").at("data.0.id");
    const Reply reply = call("GET", "/v1/settlements/" + settlement + "/candidates");
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("subject_id"), settlement);
    EXPECT_EQ(reply.at("outcome"), "unmatched");
    EXPECT_EQ(reply.at("decided_by"), "");
    EXPECT_EQ(reply.at("data.0.client_id"), "order-1");
    EXPECT_EQ(reply.at("looked_at"), "1");
    EXPECT_EQ(reply.at("limit_reached"), "false");
    const Reply of_payment = call("GET", "/v1/payments/order-1/candidates?limit=1");
    ASSERT_EQ(of_payment.status(), 200);
    EXPECT_EQ(of_payment.at("data.0.settlement_id"), settlement);
    EXPECT_EQ(of_payment.at("data.0.differs.0.payment"), "12.43 GBP");
    EXPECT_EQ(of_payment.at("data.0.differs.0.settlement"), "12.34 GBP");
}

TEST_F(Why, a_sentence_masks_the_payers_account_in_the_payers_name) {
    const Reply made =
        world.call(key, "POST", "/v1/payments",
                   R"({"client_id":"order-9","amount":{"value":"12.34","currency":"GBP"},
            "reference":"RENT 31926819","payee":{"iban":"GB57CLRB04040100057354"},
            "payer":{"name":"JO 31926819","sort_code":"60-16-13","account_number":"31926819"}})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    const std::string shown = call("GET", "/v1/timeline/" + made.at("id")).response.body;
    EXPECT_THAT(shown, HasSubstr("reference RENT ****6819, from JO ****6819"));
    EXPECT_THAT(shown, Not(HasSubstr("31926819")));
}

TEST_F(Why, candidates_of_nothing_are_404_and_too_many_are_400) {
    EXPECT_EQ(call("GET", "/v1/settlements/unknown/candidates").status(), 404);
    EXPECT_EQ(call("GET", "/v1/payments/unknown/candidates").status(), 404);
    EXPECT_EQ(call("GET", "/v1/payments/unknown/candidates?limit=65").code(), "parameter_invalid");
    EXPECT_EQ(call("GET", "/v1/payments/unknown/candidates?limit=0").code(), "parameter_invalid");
}

TEST_F(Why, another_tenants_things_are_not_explained) {
    const std::string payment = register_payment("order-1", "12.34", "E2E-000001");
    const std::string other = world.key_of("other");
    for (const std::string& target :
         {"/v1/payments/" + payment + "/candidates", "/v1/timeline/" + payment,
          std::string("/v1/timeline/order-1")})
        EXPECT_EQ(world.call(other, "GET", target).status(), 404) << target;
    EXPECT_THAT(world.call(other, "GET", "/v1/status").response.body, HasSubstr(R"("money":[])"));
}

TEST_F(Why, a_timeline_shows_both_sides_in_order_from_whichever_it_is_asked) {
    const std::string payment = register_payment("order-1", "12.34", "E2E-000001");
    world.clock.advance(std::chrono::seconds(1));
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    const std::string settlement = call("GET", "/v1/settlements").at("data.0.id");
    const std::string match = call("GET", "/v1/matches").at("data.0.id");
    ASSERT_FALSE(match.empty());
    const auto expected = all(call("GET", "/v1/timeline/" + payment), "sentence");
    ASSERT_FALSE(expected.empty());
    EXPECT_THAT(expected.front(), StartsWith("payment order-1 registered: 12.34 GBP"));
    EXPECT_THAT(expected, Contains(HasSubstr("money arrived: 12.34 GBP on ")));
    EXPECT_THAT(expected, Contains("matched to order-1 (rank 2, e2e+account+amount)"));
    EXPECT_THAT(expected, Contains("settlement.matched published"));
    for (const std::string& id : {settlement, match, std::string("order-1")})
        EXPECT_EQ(all(call("GET", "/v1/timeline/" + id), "sentence"), expected) << id;
    const Reply of_match = call("GET", "/v1/timeline/" + match);
    EXPECT_EQ(of_match.at("subject.kind"), "match");
    EXPECT_EQ(of_match.at("subject.id"), match);
    EXPECT_EQ(call("GET", "/v1/timeline/order-1").at("subject.client_id"), "order-1");
}

TEST_F(Why, a_timeline_has_no_whole_account_numbers) {
    const std::string payment = register_payment("order-1", "12.34", "E2E-000001");
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    EXPECT_THAT(call("GET", "/v1/timeline/" + payment).response.body,
                ::testing::Not(HasSubstr("GB57CLRB04040100057354")));
}

TEST_F(Why, a_timeline_is_read_page_by_page) {
    const std::string payment = register_payment("order-1", "12.34", "E2E-000001");
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    const auto expected = all(call("GET", "/v1/timeline/" + payment), "sentence");
    std::vector<std::string> found;
    std::string after;
    do {
        const Reply page = call("GET", "/v1/timeline/" + payment + "?limit=1" +
                                           (after.empty() ? "" : "&after=" + after));
        ASSERT_EQ(page.status(), 200);
        std::ranges::copy(all(page, "sentence"), std::back_inserter(found));
        after = page.at("next");
    } while (!after.empty() && found.size() <= expected.size());
    EXPECT_EQ(found, expected);
    EXPECT_EQ(call("GET", "/v1/timeline/" + payment + "?after=x").code(), "cursor_invalid");
}

TEST_F(Why, a_timeline_leaves_out_what_its_reader_may_not_see) {
    const std::string payment = register_payment("order-1", "12.34", "E2E-000001");
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    const std::string of_payments = world.key_of("main", "payments:read events:read");
    const Reply shown = world.call(of_payments, "GET", "/v1/timeline/" + payment);
    ASSERT_EQ(shown.status(), 200);
    EXPECT_EQ(all(shown, "kind"), std::vector<std::string>{"payment"});
    const std::string of_events = world.key_of("main", "events:read");
    EXPECT_EQ(world.call(of_events, "GET", "/v1/timeline/" + payment).code(), "scope_missing");
}

TEST_F(Why, the_status_counts_each_settlement_and_payment_once) {
    register_payment("order-1", "12.34", "E2E-000001");
    register_payment("order-2", "1.00", "E2E-000002");
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    world.settle(world.tenant("main"), testing::money_in("T2", "E2E-000009"));
    const Reply status = call("GET", "/v1/status");
    ASSERT_EQ(status.status(), 200) << status.response.body;
    EXPECT_EQ(status.at("state"), "ok");
    EXPECT_EQ(status.at("tenant"), "main");
    EXPECT_EQ(status.at("money.0.currency"), "GBP");
    EXPECT_EQ(status.at("money.0.expected.value"), "1.00");
    EXPECT_EQ(status.at("money.0.expected.count"), "1");
    EXPECT_EQ(status.at("money.0.unmatched.value"), "12.34");
    EXPECT_EQ(status.at("money.0.in_review.value"), "0.00");
    EXPECT_EQ(status.at("store.engine"), "sqlite");
}

TEST_F(Why, the_status_names_keys_that_expire_within_thirty_days) {
    const auto make = [&](const std::string& name, int days) {
        return call("POST", "/v1/api-keys",
                    R"({"name":")" + name +
                        R"(","scopes":["payments:read"],"expires_in_seconds":)" +
                        std::to_string(days * 86'400) + "}")
            .at("id");
    };
    make("far", 31);
    const std::string near = make("near", 29);
    const std::string nearest = make("nearest", 1);
    const Reply status = call("GET", "/v1/status");
    EXPECT_EQ(status.root().member("expiring")->size(), 2U) << status.response.body;
    EXPECT_EQ(status.at("expiring.0.id"), nearest);
    EXPECT_EQ(status.at("expiring.1.id"), near);
    const std::string reader = world.key_of("main", "settlements:read");
    EXPECT_EQ(world.call(reader, "GET", "/v1/status").at("expiring"), "");
}

TEST_F(Why, a_return_stands_in_the_timeline_of_its_settlement) {
    (void)world.call(key, "POST", "/v1/connectors", world.new_bank("bank"));
    world.settle_at("bank", testing::money_in("T1", "E2E-000009"));
    const std::string settlement = call("GET", "/v1/settlements").at("data.0.id");
    const std::string sent_back =
        call("POST", "/v1/returns", R"({"reason":"other","settlement_id":")" + settlement + R"("})")
            .at("id");
    ASSERT_NE(sent_back, "");
    EXPECT_THAT(all(call("GET", "/v1/timeline/" + settlement), "id"), Contains(sent_back));
    EXPECT_EQ(call("GET", "/v1/timeline/" + settlement).at("subject.kind"), "settlement");
}

TEST_F(Why, the_status_shows_what_its_reader_may_see) {
    const std::string reader = world.key_of("main", "settlements:read");
    const Reply status = world.call(reader, "GET", "/v1/status");
    ASSERT_EQ(status.status(), 200);
    for (const char* member : {"store", "nodes", "connectors", "endpoints", "backlog"})
        EXPECT_EQ(status.at(member), "") << member;
    const std::string admin = world.key_of("other");
    EXPECT_EQ(world.call(admin, "GET", "/v1/status").at("store.engine"), "")
        << "the installation belongs to the tenant main";
}

TEST(StatusAttention, names_what_wants_a_person) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    EXPECT_EQ(state_of(attention_of(figures)), "ok");
    figures.reviews.all = {1, figures.now - std::chrono::hours(23)};
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "it has not waited for long";
    figures.reviews.all = {1, figures.now - std::chrono::hours(24)};
    ASSERT_EQ(attention_of(figures).size(), 1U);
    EXPECT_EQ(attention_of(figures).front().check, "review.age");
    EXPECT_EQ(state_of(attention_of(figures)), "attention");
    figures.dead = store::CountSince{counted_max, figures.now};
    EXPECT_EQ(state_of(attention_of(figures)), "failing");
    EXPECT_THAT(attention_of(figures).front().sentence, StartsWith("at least 10000 deliveries"));
}

TEST(StatusAttention, follows_the_limits_that_are_set) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    figures.reviews.all = {1, figures.now - std::chrono::hours(2)};
    figures.deliveries = store::CountSince{1, figures.now - std::chrono::seconds(20)};
    EXPECT_EQ(state_of(attention_of(figures)), "ok");
    domain::Attention limits;
    limits.review = std::chrono::hours(1);
    limits.backlog = std::chrono::seconds(10);
    const auto found = attention_of(figures, limits);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].check, "backlog.age");
    EXPECT_EQ(found[1].check, "review.age");
}

TEST(StatusAttention, names_money_that_has_been_without_a_payment_for_long) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    figures.money["GBP"].unmatched = {Money{1234, Currency::parse("GBP").value()}, 1};
    const SettlementId oldest{7};
    figures.oldest_unmatched = {oldest, figures.now - std::chrono::hours(23)};
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "its payment may still be registered";
    figures.oldest_unmatched->received_at = figures.now - std::chrono::hours(24);
    const auto found = attention_of(figures);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().check, "settlement.unmatched");
    EXPECT_EQ(found.front().subject, "GBP");
    EXPECT_EQ(found.front().command, "settled explain " + to_string(oldest));
}

TEST(StatusAttention, names_a_connector_whose_webhooks_are_refused) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    ConnectorFigures bank;
    bank.name = "bank";
    bank.refused = {3, true, "signature_invalid", figures.now};
    figures.connectors = {bank};
    ASSERT_EQ(attention_of(figures).size(), 1U);
    EXPECT_EQ(attention_of(figures).front().check, "connector.refusing");
    EXPECT_EQ(state_of(attention_of(figures)), "failing");
    figures.connectors->front().refused.is_refusing = false;
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "the newest one was taken";
}

TEST(StatusAttention, names_a_connector_that_is_silent_where_it_should_not_be) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    ConnectorFigures bank;
    bank.name = "bank";
    bank.created_at = figures.now - std::chrono::hours(3);
    figures.connectors = {bank};
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "a quiet night is no fault";
    figures.connectors->front().expect_every = std::chrono::hours(2);
    ASSERT_EQ(attention_of(figures).size(), 1U) << "nothing ever came";
    EXPECT_EQ(attention_of(figures).front().check, "connector.silent");
    EXPECT_EQ(attention_of(figures).front().subject, "bank");
    figures.connectors->front().last_webhook_at = figures.now - std::chrono::hours(1);
    EXPECT_EQ(state_of(attention_of(figures)), "ok");
}

TEST(StatusAttention, names_a_disk_that_is_nearly_full) {
    constexpr std::uint64_t gib = std::uint64_t{1024} * 1024 * 1024;
    StatusFigures figures;
    figures.store = store::Health();
    figures.disk = Disk{10 * gib, 100 * gib};
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "10 % are the limit";
    figures.disk = Disk{9 * gib, 100 * gib};
    ASSERT_EQ(attention_of(figures).size(), 1U);
    EXPECT_EQ(attention_of(figures).front().check, "data.space");
    EXPECT_EQ(attention_of(figures).front().command, std::nullopt) << "no command makes room";
    EXPECT_EQ(state_of(attention_of(figures)), "attention");
    figures.disk = Disk{gib / 8, gib / 4};
    EXPECT_EQ(state_of(attention_of(figures)), "failing") << "half is free, and it is too little";
    figures.disk = std::nullopt;
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "a database watches its own disk";
}

TEST(StatusAttention, asks_for_backups_only_where_the_settings_do) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    figures.store = store::Health();
    EXPECT_EQ(state_of(attention_of(figures)), "ok");
    domain::Attention limits;
    limits.backup = std::chrono::hours(24);
    ASSERT_EQ(attention_of(figures, limits).size(), 1U) << "there never was one";
    EXPECT_EQ(attention_of(figures, limits).front().check, "store.backup");
    figures.last_backup_at = figures.now - std::chrono::hours(25);
    EXPECT_EQ(state_of(attention_of(figures, limits)), "attention");
    figures.last_backup_at = figures.now - std::chrono::hours(23);
    EXPECT_EQ(state_of(attention_of(figures, limits)), "ok");
    figures.last_backup_at.reset();
    figures.store_is_shared = true;
    EXPECT_EQ(state_of(attention_of(figures, limits)), "ok") << "a database has tools of its own";
}

TEST(StatusAttention, names_keys_that_end_by_the_checks_of_doctor) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    const auto in = [&](int hours) { return figures.now + std::chrono::hours(hours); };
    figures.expiring = {{"bank_key", "con_0000000000001", "bank", in(-1)},
                        {"api_key", "key_0000000000001", "shop", in(24)},
                        {"client_certificate", "end_0000000000001", "https://shop.example", in(48)},
                        {"tls", "tls/ab12", "", in(72)}};
    const auto found = attention_of(figures);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].check, "api_key.expiry");
    EXPECT_EQ(found[0].command, "settled doctor --check api_key.expiry");
    EXPECT_FALSE(found[0].is_failure);
    EXPECT_EQ(found[1].check, "key.expiry");
    EXPECT_TRUE(found[1].is_failure) << "the bank's key has ended";
    EXPECT_THAT(found[1].sentence, StartsWith("2 keys or certificates"));
    EXPECT_EQ(found[2].check, "tls.expiry");
    EXPECT_EQ(found[2].command, std::nullopt) << "another makes the certificate";
}

TEST(StatusAttention, says_since_when_nothing_was_sealed) {
    StatusFigures figures;
    figures.now = Instant{std::int64_t{100} * 24 * 3600 * 1'000'000};
    figures.unsealed_since = figures.now - std::chrono::seconds(299);
    EXPECT_EQ(state_of(attention_of(figures)), "ok") << "it will be";
    figures.unsealed_since = figures.now - std::chrono::seconds(300);
    ASSERT_EQ(attention_of(figures).size(), 1U);
    EXPECT_EQ(attention_of(figures).front().check, "audit.unsealed");
    EXPECT_EQ(attention_of(figures).front().command, std::nullopt);
}

TEST_F(Why, the_status_counts_tasks_that_are_due_and_what_is_not_sealed) {
    EXPECT_EQ(call("GET", "/v1/status").at("backlog.tasks"), "0");
    world.settle(world.tenant("main"), testing::money_in("T1", ""));
    EXPECT_EQ(call("GET", "/v1/status").at("backlog.tasks"), "0") << "its time has not come";
    world.clock.advance(std::chrono::minutes(10));
    EXPECT_NE(call("GET", "/v1/status").at("backlog.tasks"), "0");
    EXPECT_EQ(world.call(world.key_of("other"), "GET", "/v1/status").at("backlog.tasks"), "0");
    EXPECT_THAT(call("GET", "/v1/status").response.body, HasSubstr(R"("check":"audit.unsealed")"));
}

TEST(TimelineCursor, is_read_back_and_refuses_what_is_none) {
    const EntryPlace place{1'795'000'000'000'000, EntryKind::attempt, 77, 3};
    EXPECT_EQ(from_cursor(to_cursor(place)).value(), place);
    for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "1.99.3.4", "1.-1.3.4", "a.b.c.d"})
        EXPECT_FALSE(from_cursor(text).has_value()) << text;
}

} // namespace
} // namespace settled::api
