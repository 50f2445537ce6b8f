// A lending platform notifies: the message is taken once, its content fetched, and both passed on.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/stage.h"
#include "wire/json_writer.h"

#include <optional>
#include <utility>

namespace settled::demo {

namespace {

constexpr std::string_view application = "A056035";

std::string notification_body() {
    wire::JsonWriter w;
    w.object().member("id", application).member("event_time", "2026-11-22T10:00:00");
    w.key("content").object().member("id", application).member("state", "Posted").end().end();
    return std::move(w).text();
}

// As the server shows it once it has that status; nullopt: it does not get there.
Task<std::optional<Answer>> becomes(World& world, std::string_view status) {
    for (int looks = 0; looks < 300; ++looks) {
        const auto all = co_await world.ask_all("/v1/notifications");
        for (const wire::JsonDocument& each : all)
            if (text_at(each.root(), "platform_id") == application &&
                text_at(each.root(), "status") == status)
                co_return co_await world.ask("GET",
                                             "/v1/notifications/" + text_at(each.root(), "id"));
        co_await world.pause(std::chrono::milliseconds(50));
    }
    co_return std::nullopt;
}

std::size_t contents_shown(sandbox::Platform& platform) {
    std::size_t count = 0;
    for (const sandbox::ContentRequest& each : platform.content().requests())
        count += each.status == 200 && each.target.ends_with(application);
    return count;
}

} // namespace

Task<> scene_platform(Stage& stage) {
    World& world = stage.world;
    sandbox::Platform& platform = world.sandbox().platform();
    stage.begin("A platform notifies, and its content is fetched",
                "A lending platform says that an application changed. Its acknowledgement is lost, "
                "so it says it again; and its API is busy when it is asked for the application.");
    wire::JsonWriter target;
    target.object().member("url", world.server().url() + "/hooks/clearmatch").end();
    (void)co_await world.ask_sandbox("PUT", "/platform/target", std::move(target).text());
    (void)co_await world.ask_sandbox("PUT", "/platform/lost-acknowledgements", R"({"count":1})");
    (void)co_await world.ask_sandbox("POST", "/platform/faults",
                                     R"({"path":"/v1/","status":503,"retry_after":1})");
    const Instant asked = world.sandbox().clock().now();
    (void)co_await world.ask_sandbox("POST", "/platform/notifications", notification_body());
    const bool taken = co_await world.until([&platform] {
        const auto& messages = platform.notifier().messages();
        return !messages.empty() && messages.back().acknowledged && messages.back().sent >= 2;
    });
    stage.check("it is sent twice, and acknowledged before anything is fetched", taken);
    const auto complete = co_await becomes(world, "complete");
    if (!stage.check("the notification is complete", complete.has_value()))
        co_return;
    const Answer& shown = *complete;
    stage.equal("it was received", shown.number("received_count"), std::int64_t{2}, "2 times");
    co_await stage.partner_told_of(shown.text("id"), "notification.received",
                                   "partner told notification.received, once, with the content",
                                   asked);
    stage.equal("the content", shown.text("content.state"), std::string("Posted"), "Posted");
    stage.equal("the platform's own record: the content was shown", contents_shown(platform),
                std::size_t{1}, "once");
    const std::int64_t tokens = platform.content().tokens_given();
    stage.check("to a token that no node asked for twice",
                tokens >= 1 && std::cmp_less_equal(tokens, world.nodes().count()),
                fmt::format("{}", tokens), fmt::format("{} tokens", tokens));
    stage.equal("events about it", world.told().of_type("notification.received"), std::size_t{1},
                "1");
}

} // namespace settled::demo
