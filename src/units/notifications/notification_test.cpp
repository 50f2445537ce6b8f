// A platform's notification from its arrival to the endpoints that are owed it.
#include "units/notifications/notification.h"

#include "connectors/clearmatch/message.h"
#include "domain/connector.h"
#include "units/calls/run_call.h"
#include "units/deliveries/cancel_lane.h"
#include "units/testing.h"
#include "wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::units {
namespace {

using domain::AfterAttempt;
using domain::ContentState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::World;

constexpr std::string_view received = "notification.received";
constexpr std::string_view prefix = "https://api.platform.example/v1";

class Notifications : public ::testing::Test, public World {
  protected:
    static constexpr std::int64_t holder = 513;

    Notifications() {
        use_fetch_waits({std::chrono::seconds(5), std::chrono::seconds(300)});
        set_prefix(prefix);
    }
    void set_prefix(std::string_view url) {
        domain::ConnectorSettings settings;
        settings.api_url = url;
        settings.webhook_username = "platform";
        settings.webhook_secret = "file:/none";
        const store::ConnectorRow row{tenant,       connector,         "platform",
                                      "clearmatch", to_json(settings), now()};
        const bool added =
            write<bool>([&](store::Session& s) { return store::insert_connector(s, row); });
        if (!added)
            (void)write<bool>([&](store::Session& s) {
                return store::update_connector_settings(s, tenant, connector, row.settings);
            });
    }

    static std::string body(std::string_view content = "/loans/A1",
                            std::string_view event_time = "2017-01-01T00:00:00",
                            std::string_view more = "") {
        const std::string url = content.starts_with('/')
                                    ? std::string(prefix) + std::string(content)
                                    : std::string(content);
        return fmt::format(R"({{"id":"A1","notificationType":"statusChange","eventTime":"{}",)"
                           R"("content":"{}"{}}})",
                           event_time, url, more);
    }
    NotificationId receive(std::string_view text) {
        auto webhook = connectors::clearmatch::read_message({}, text).value();
        return notification_of(accept(std::move(webhook), std::string(text)).id);
    }
    store::NotificationRow row(NotificationId id) {
        return read<std::optional<store::NotificationRow>>(
                   [&](store::Session& s) { return store::find_notification(s, tenant, id); })
            .value();
    }
    std::vector<CallToSend> take(std::int64_t node = holder, bool frees_orphans = false) {
        const CallQuery query{tenant, connector, now(), node, 16, frees_orphans};
        return write<std::vector<CallToSend>>(
            [&](store::Session& s) { return next_calls(s, context(), query); });
    }
    // What came of a try; false: the claim was lost.
    bool end(const CallToSend& call, std::optional<domain::CallReply> reply,
             std::string error = "peer_timeout", std::string not_sent = {}) {
        const auto ended = std::make_shared<const EndedTry>(
            call.tenant, call.id, call.connector, call.claim, call.number,
            std::chrono::microseconds(1000), std::move(reply), std::move(error), now(),
            std::move(not_sent));
        return !write<CallEnd>([&](store::Session& s) {
                    return end_call(s, context(), ended);
                }).is_lost;
    }
    bool reply(int status, std::string text = "{}") {
        const auto calls = take();
        EXPECT_EQ(calls.size(), 1U);
        return !calls.empty() &&
               end(calls.front(), domain::CallReply{status, std::move(text), std::nullopt});
    }
    void attempt(const store::TaskRow& task, AfterAttempt next) {
        auto attempt = std::make_shared<Attempt>();
        attempt->tenant = tenant;
        attempt->task = task.id;
        attempt->endpoint = EndpointId{task.lane_id};
        attempt->claim = {task.lease_owner, task.fence};
        attempt->number = task.attempts + 1;
        attempt->result.http_status = next == AfterAttempt::delivered ? 200 : 500;
        attempt->disposition = {next, {}};
        attempt->started_at = now();
        attempt->now = now();
        const auto recorded = write<Recorded>(
            [&](store::Session& s) { return record_attempt(s, context(), attempt); });
        EXPECT_NE(recorded.kept, store::AttemptResultStored::claim_lost);
    }
    store::TaskRow delivery_to(EndpointId endpoint) {
        for (const auto& task : deliveries())
            if (task.lane_id == endpoint.value)
                return task;
        throw std::runtime_error("nothing is owed to that endpoint");
    }
    Result<store::NotificationRow> retry(NotificationId id,
                                         std::optional<EndpointId> endpoint = std::nullopt) {
        return write<Result<store::NotificationRow>>([&](store::Session& s) {
            return retry_notification(s, context(), {tenant, id, endpoint, now()});
        });
    }
    std::vector<std::string> review_kinds() {
        std::vector<std::string> kinds;
        for (const auto& review : reviews())
            kinds.push_back(review.kind);
        return kinds;
    }
};

TEST_F(Notifications, content_is_fetched_once_and_passed_to_every_endpoint_that_wants_it) {
    const EndpointId loans = add_endpoint(received), all = add_endpoint("*");
    (void)add_endpoint("settlement.matched");
    const NotificationId id = receive(body());
    EXPECT_EQ(row(id).status, "queued");
    EXPECT_TRUE(events().empty()) << "it is published with its content";
    const auto calls = take();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].request.method, "GET");
    EXPECT_EQ(calls[0].request.target, "https://api.platform.example:443/v1/loans/A1");
    clock().advance(std::chrono::seconds(1));
    ASSERT_TRUE(end(calls[0], domain::CallReply{200, R"({"state":"posted"})", std::nullopt}));

    ASSERT_EQ(events().size(), 1U);
    const auto event = events().front();
    EXPECT_EQ(event.type, received);
    const auto document = wire::JsonDocument::parse(event.body);
    EXPECT_EQ(document->root().member("subject")->string(), "platform/A1");
    const auto data = document->root().member("data");
    EXPECT_EQ(data->member("notification_id")->string(), to_string(id));
    EXPECT_EQ(data->member("connector")->string(), "platform");
    EXPECT_EQ(data->member("message")->raw(), body());
    EXPECT_EQ(data->member("event_time")->string(), "2017-01-01T00:00:00.000Z");
    EXPECT_EQ(data->member("content")->raw(), R"({"state":"posted"})");
    EXPECT_TRUE(data->member("content_fetched_at")->is_string());
    EXPECT_EQ(deliveries().size(), 2U);
    EXPECT_EQ(row(id).status, "queued");
    attempt(delivery_to(loans), AfterAttempt::delivered);
    EXPECT_EQ(row(id).status, "queued");
    attempt(delivery_to(all), AfterAttempt::retry);
    EXPECT_EQ(row(id).status, "queued");
    attempt(delivery_to(all), AfterAttempt::delivered);
    EXPECT_EQ(row(id).status, "complete");
    EXPECT_EQ(take().size(), 0U);
}

TEST_F(Notifications, with_nothing_to_fetch_it_is_published_at_once) {
    const NotificationId bare =
        receive(R"({"id":"A1","notificationType":"t","eventTime":"soon","content":""})");
    EXPECT_EQ(row(bare).content, ContentState::none);
    EXPECT_EQ(row(bare).status, "complete") << "no filter fits";
    ASSERT_EQ(events().size(), 1U);
    EXPECT_THAT(events()[0].body, HasSubstr(R"("event_time":null)"));
    EXPECT_THAT(events()[0].body, HasSubstr(R"("content":null,"content_fetched_at":null)"));
    set_prefix("");
    clock().advance(std::chrono::seconds(1));
    const NotificationId unfetched = receive(body());
    EXPECT_EQ(row(unfetched).content, ContentState::none) << "no prefix: nothing is fetched";
    EXPECT_EQ(events().size(), 2U);
    EXPECT_TRUE(take().empty());
}

TEST_F(Notifications, a_redelivery_has_no_second_effect) {
    (void)add_endpoint(received);
    const NotificationId id = receive(body());
    clock().advance(std::chrono::seconds(1));
    EXPECT_EQ(receive(body()), id) << "while its content is awaited";
    const auto calls = take();
    EXPECT_EQ(receive(body()), id) << "while it is fetched";
    ASSERT_EQ(calls.size(), 1U);
    ASSERT_TRUE(end(calls[0], domain::CallReply{200, "{}", std::nullopt}));
    clock().advance(std::chrono::seconds(1));
    // Serialised anew.
    EXPECT_EQ(receive(R"( {"eventTime":"2017-01-01T00:00:00","content":)"
                      R"("https:\/\/api.platform.example\/v1\/loans\/A1",)"
                      R"("notificationType":"statusChange","id":"A1"})"),
              id);
    EXPECT_EQ(row(id).received_count, 4);
    EXPECT_EQ(row(id).last_received_at, now());
    EXPECT_EQ(row(id).received_at, now() - std::chrono::seconds(2));
    EXPECT_EQ(deliveries().size(), 1U);
    EXPECT_EQ(events().size(), 1U);
    EXPECT_TRUE(take().empty());
}

TEST_F(Notifications, one_of_the_same_moment_that_differs_is_another_and_marked) {
    const NotificationId first = receive(body());
    const NotificationId other = receive(body("/loans/A1", "2017-01-01T00:00:00", R"(,"x":1)"));
    const NotificationId later = receive(body("/loans/A1", "2017-01-02T00:00:00"));
    EXPECT_NE(other, first);
    EXPECT_EQ(row(first).differs_from, std::nullopt);
    EXPECT_EQ(row(other).differs_from, first);
    EXPECT_EQ(row(later).differs_from, std::nullopt);
    EXPECT_EQ(take().size(), 3U) << "all are processed";
    EXPECT_EQ(webhooks().size(), 3U);
    EXPECT_TRUE(reviews().empty());
}

TEST_F(Notifications, outside_the_prefix_no_request_is_made) {
    for (const std::string_view url :
         {"https://api.platform.example.evil/v1/a", "https://api.platform.example@evil/v1/a",
          "https://api.platform.example/v1/../admin", "http://169.254.169.254/latest"}) {
        const NotificationId id = receive(body(url));
        EXPECT_EQ(row(id).status, "failed") << url;
        EXPECT_EQ(row(id).failure, "content_outside_prefix");
        EXPECT_EQ(row(id).call, std::nullopt);
    }
    EXPECT_TRUE(take().empty());
    EXPECT_TRUE(events().empty());
    EXPECT_EQ(review_kinds().size(), 4U);
}

TEST_F(Notifications, trouble_is_met_by_the_waits_and_then_given_up) {
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(503));
    EXPECT_TRUE(take().empty());
    clock().advance(std::chrono::seconds(5));
    const auto second = take();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].number, 2);
    ASSERT_TRUE(end(second[0], std::nullopt, "peer_closed"));
    EXPECT_EQ(row(id).status, "queued");
    clock().advance(std::chrono::seconds(300));
    ASSERT_TRUE(reply(404));
    EXPECT_EQ(row(id).status, "failed");
    EXPECT_EQ(row(id).failure, "content_status_404");
    EXPECT_THAT(review_kinds(), ElementsAre("notification_failed"));
    EXPECT_THAT(reviews()[0].detail, HasSubstr("content_status_404"));
    EXPECT_TRUE(events().empty());
    clock().advance(std::chrono::hours(24));
    EXPECT_TRUE(take().empty());
}

TEST_F(Notifications, a_lasting_refusal_is_given_up_at_once) {
    const struct {
        int status; // 0: none
        std::string_view text, failure;
    } cases[] = {
        {403, "{}", "content_status_403"},
        {302, "", "content_redirected"},
        {200, "<html>", "content_unreadable"},
        {0, "reply_too_large", "content_too_large"},
        {0, "address_forbidden", "address_forbidden"},
    };
    int day = 1;
    for (const auto& c : cases) {
        const NotificationId id = receive(body("/a", fmt::format("2017-01-0{}T00:00:00", day++)));
        const auto calls = take();
        ASSERT_EQ(calls.size(), 1U);
        std::optional<domain::CallReply> reply;
        if (c.status != 0)
            reply = domain::CallReply{c.status, std::string(c.text), std::nullopt};
        ASSERT_TRUE(end(calls[0], reply, std::string(c.text)));
        EXPECT_EQ(row(id).status, "failed") << c.failure;
        EXPECT_EQ(row(id).failure, c.failure);
    }
    EXPECT_TRUE(take().empty());
}

TEST_F(Notifications, content_is_given_up_that_its_event_could_not_hold) {
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(200, std::string(63, '[') + std::string(63, ']')));
    EXPECT_EQ(row(id).failure, "content_too_large");
    EXPECT_EQ(row(id).content_fetched_at, std::nullopt);
    const NotificationId other = receive(body("/b", "2017-01-02T00:00:00"));
    ASSERT_TRUE(reply(200, std::string(62, '[') + std::string(62, ']')));
    EXPECT_EQ(row(other).status, "complete");
}

TEST_F(Notifications, the_prefix_counts_when_it_is_sent_too) {
    const NotificationId id = receive(body());
    const auto calls = take();
    ASSERT_EQ(calls.size(), 1U);
    ASSERT_TRUE(end(calls[0], std::nullopt, "value_invalid", "it is not below the prefix"));
    EXPECT_EQ(row(id).failure, "content_outside_prefix");
}

TEST_F(Notifications, a_try_that_a_crash_cut_is_made_again_by_the_next_node) {
    const NotificationId id = receive(body());
    const auto calls = take();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_TRUE(take(holder + 256).empty()) << "another node holds it";
    const auto again = take(holder + 256, true);
    ASSERT_EQ(again.size(), 1U) << "that node is gone";
    EXPECT_EQ(again[0].request.target, calls[0].request.target);
    EXPECT_FALSE(end(calls[0], domain::CallReply{200, "{}", std::nullopt})) << "its claim is lost";
    EXPECT_TRUE(events().empty());
    ASSERT_TRUE(end(again[0], domain::CallReply{200, "{}", std::nullopt}));
    EXPECT_EQ(events().size(), 1U);
    EXPECT_EQ(row(id).status, "complete");
}

TEST_F(Notifications, a_retry_fetches_again_with_the_whole_schedule_and_closes_the_review) {
    (void)add_endpoint(received);
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(403));
    ASSERT_EQ(row(id).status, "failed");
    ASSERT_EQ(reviews().size(), 1U);
    const auto retried = retry(id);
    ASSERT_TRUE(retried) << retried.error().detail;
    EXPECT_EQ(retried->status, "queued");
    EXPECT_EQ(retried->failure, "");
    EXPECT_TRUE(reviews().empty());
    ASSERT_TRUE(reply(503));
    clock().advance(std::chrono::seconds(5));
    ASSERT_TRUE(reply(200));
    attempt(deliveries().at(0), AfterAttempt::delivered);
    EXPECT_EQ(row(id).status, "complete");
    EXPECT_EQ(retry(id).error().code, Code::state_conflict);
    EXPECT_EQ(retry(NotificationId{77}).error().code, Code::not_found);
}

TEST_F(Notifications, a_retry_of_one_that_waits_is_due_now) {
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(503));
    EXPECT_TRUE(take().empty());
    ASSERT_TRUE(retry(id));
    EXPECT_EQ(take().size(), 1U);
}

TEST_F(Notifications, a_retry_sends_again_only_what_was_not_taken) {
    const EndpointId good = add_endpoint(received), bad = add_endpoint(received);
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(200));
    attempt(delivery_to(good), AfterAttempt::delivered);
    attempt(delivery_to(bad), AfterAttempt::give_up);
    EXPECT_EQ(row(id).status, "failed");
    EXPECT_EQ(retry(id, EndpointId{5}).error().code, Code::not_found);
    ASSERT_TRUE(retry(id, bad));
    EXPECT_EQ(delivery_to(good).status, "done");
    EXPECT_EQ(delivery_to(bad).status, "queued");
    EXPECT_EQ(row(id).status, "queued");
    attempt(delivery_to(bad), AfterAttempt::delivered);
    EXPECT_EQ(row(id).status, "complete");
}

TEST_F(Notifications,
       of_an_endpoint_that_is_disabled_has_failed_and_of_one_that_is_gone_is_owed_no_more) {
    const EndpointId endpoint = add_endpoint(received);
    const NotificationId id = receive(body());
    ASSERT_TRUE(reply(200));
    const auto set_status = [&](std::string_view status) {
        write<void>([&](store::Session& s) -> store::Step<> {
            auto found = co_await store::find_endpoint(s, tenant, endpoint);
            found->status = status;
            co_await store::update_endpoint(s, *found);
            co_await cancel_lane(s, context(), tenant, endpoint, now());
        });
    };
    set_status(store::endpoint_disabled);
    EXPECT_EQ(row(id).status, "failed");
    set_status(store::endpoint_deleted);
    const UnitScope work{context(), tenant, now()};
    write<void>([&](store::Session& s) { return notifications_moved(s, work, {id}); });
    EXPECT_EQ(row(id).status, "complete");
}

TEST_F(Notifications, complete_and_old_are_released_and_their_keys_kept) {
    const NotificationId old = receive(body());
    ASSERT_TRUE(reply(200));
    const NotificationId failed = receive(body("https://evil/", "2017-01-02T00:00:00"));
    clock().advance(std::chrono::hours(1));
    const NotificationId fresh = receive(body("", "2017-01-03T00:00:00"));
    const Instant until = now();
    const auto bitten = write<store::Bitten>([&](store::Session& s) {
        return store::release_notifications(s, tenant, connector, until, {100, 1'000'000});
    });
    EXPECT_EQ(bitten.rows, 1);
    EXPECT_EQ(row(failed).status, "failed");
    EXPECT_EQ(row(fresh).status, "complete");
    EXPECT_FALSE(read<std::optional<store::NotificationRow>>([&](store::Session& s) {
                     return store::find_notification(s, tenant, old);
                 }).has_value());
    EXPECT_EQ(receive(body()), old) << "its key stays: it has no second effect";
    EXPECT_TRUE(take().empty());
}

} // namespace
} // namespace settled::units
