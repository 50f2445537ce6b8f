// Of several nodes one is killed and one sleeps longer than its lease; what they leave is done by
// the others, once.

#include "cli/layout.h"
#include "demo/batch.h"
#include "demo/json_path.h"

#include <chrono>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t webhooks = 2 * batch_size; // each comes twice
constexpr std::size_t pause_after = 90;          // acknowledged
constexpr std::size_t kill_after = 180;
constexpr auto answers_wait_max = 45s;
// The lease of 20 s, the 2 s that clocks may differ, and time to look.
constexpr std::size_t takeover_seconds = 22;
constexpr auto takeover_wait_max = 40s;
constexpr auto wake_wait_max = 15s;
constexpr auto silence = 1s; // in which a node that woke up would have delivered again
constexpr std::size_t killed = 0;

constexpr std::string_view taken_over = R"(settled_node_leases_total{event="taken_over"})";
constexpr std::string_view leases_lost = R"(settled_node_leases_total{event="lost"})";
constexpr std::string_view tasks_taken_over = "settled_node_tasks_taken_over_total";

// What the scene remembers.
struct Course {
    std::vector<Sent> sent;
    std::vector<std::int64_t> all; // webhooks, copies too
    std::optional<std::size_t> paused;
    std::chrono::steady_clock::time_point killed_at;
};

std::size_t count_answered(const World& world, const Course& course) {
    std::size_t count = 0;
    for (const std::int64_t id : course.all)
        count += world.acknowledged(id) ? 1 : 0;
    return count;
}

Task<std::int64_t> sum_of_awake(World& world, std::string_view name) {
    std::int64_t sum = 0;
    for (const std::size_t node : world.nodes().awake())
        sum += co_await world.metric(node, std::string(name));
    co_return sum;
}

Task<std::size_t> answered_after(Stage& stage, const Course& course, std::size_t enough) {
    World& world = stage.world;
    co_await world.until(
        [&] {
            const std::size_t done = count_answered(world, course);
            stage.terminal.progress("acknowledged", done, webhooks);
            return done >= enough;
        },
        answers_wait_max);
    co_return count_answered(world, course);
}

Task<bool> send_batch(Stage& stage, Course& course) {
    const bool registered = co_await register_series(stage, batch_plan);
    stage.check(fmt::format("{} payments registered{}", batch_size, stage.at_node()), registered);
    course.sent = co_await hold_settlements(stage, batch_plan);
    sandbox::WebhookSender& sender = stage.world.sandbox().sender();
    const std::int64_t before = course.sent.empty() ? 0 : course.sent.front().ids.front() - 1;
    const auto released = sender.release({.shuffle = true, .duplicates = 1});
    for (const sandbox::WebhookRecord* const webhook : sender.list(before, webhooks, std::nullopt))
        course.all.push_back(webhook->id);
    co_return stage.check("their settlements leave the bank, each twice, in any order",
                          released.has_value() && course.sent.size() == batch_size &&
                              course.all.size() == webhooks);
}

Task<> strike(Stage& stage, Course& course) {
    World& world = stage.world;
    Nodes& nodes = world.nodes();
    if (course.paused) {
        const std::size_t before = co_await answered_after(stage, course, pause_after);
        nodes.pause(*course.paused);
        world.aim_bank(); // as a balancer does; what is under way there times out
        stage.check(Nodes::name(*course.paused) + " is stopped (SIGSTOP)", before < webhooks,
                    fmt::format("{} answered, {} told", before, count_told(world, course.sent)));
    }
    const std::size_t before = co_await answered_after(stage, course, kill_after);
    const pid_t pid = nodes.at(killed).pid();
    nodes.at(killed).kill_now();
    course.killed_at = std::chrono::steady_clock::now();
    stage.check(fmt::format("kill -9 {}: {}", pid, Nodes::name(killed)), before < webhooks,
                fmt::format("{} answered, {} told", before, count_told(world, course.sent)),
                "all were answered before");
}

// By the bank's own records.
void show_answers(Stage& stage, const Course& course) {
    World& world = stage.world;
    std::vector<std::size_t> by(world.nodes().count(), 0);
    for (const std::int64_t id : course.all)
        if (const auto node = world.node_of(world.webhook(id)); node && world.acknowledged(id))
            ++by[*node];
    for (std::size_t node = 0; node < by.size(); ++node)
        stage.terminal.fact(Nodes::name(node), fmt::format("{:>3} answered", by[node]),
                            node == killed          ? "   then killed"
                            : node == course.paused ? "   then stopped"
                                                    : "   and goes on");
}

Task<> go_on(Stage& stage, const Course& course) {
    World& world = stage.world;
    const std::size_t done = co_await answered_after(stage, course, webhooks);
    std::size_t retried = 0;
    for (const std::int64_t id : course.all)
        retried += world.webhook(id).attempts > 1 ? 1 : 0;
    stage.equal("all acknowledged by who is left", done, webhooks,
                fmt::format("{}, {} retried", done, retried));
    show_answers(stage, course);
}

// Whatever the two held is free once their leases are over.
Task<> wait_for_takeover(Stage& stage, const Course& course) {
    World& world = stage.world;
    const std::int64_t gone = course.paused ? 2 : 1;
    const auto began = course.killed_at;
    std::int64_t seen = 0;
    std::size_t shown = 0;
    auto now = began;
    while (seen < gone && now < began + takeover_wait_max) {
        const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - began).count();
        shown = std::min<std::size_t>(static_cast<std::size_t>(passed), takeover_seconds - 1);
        stage.terminal.progress("lease, seconds", shown, takeover_seconds);
        co_await world.pause(100ms);
        seen = co_await sum_of_awake(world, taken_over);
        now = std::chrono::steady_clock::now();
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - began).count();
    stage.equal("leases that are over, and cleared up after", seen, gone,
                cli::duration_text(took) + " later");
    const std::int64_t tasks = co_await sum_of_awake(world, tasks_taken_over);
    stage.terminal.fact("notifications", fmt::format("{} were held by the dead", tasks),
                        "   free for the others now");
    co_await world.until([&] { return count_told(world, course.sent) == batch_size; });
    const std::size_t told = count_told(world, course.sent);
    stage.equal("partner told of the match of each", told, batch_size, fmt::format("{}", told));
}

Task<> wake_up(Stage& stage, std::size_t node) {
    World& world = stage.world;
    const Instant started = world.sandbox().clock().now();
    const std::size_t heard = world.told().received();
    world.nodes().wake(node);
    const auto last = std::chrono::steady_clock::now() + wake_wait_max;
    bool back = false;
    while (!back && std::chrono::steady_clock::now() < last) {
        const std::int64_t lost = co_await world.metric(node, std::string(leases_lost));
        const bool ready = co_await world.is_ready(node);
        back = lost > 0 && ready;
        co_await world.pause(10ms);
    }
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    stage.check(Nodes::name(node) + " wakes up, finds its lease over, takes another", back,
                cli::duration_text(took));
    co_await world.pause(silence);
    stage.terminal.fact("since it woke", fmt::format("{} told", world.told().received() - heard),
                        "   of what it was about to tell");
    world.aim_bank();
}

Task<> start_again(Stage& stage) {
    const auto started = co_await stage.world.start_server(killed);
    stage.check(Nodes::name(killed) + " started again, one like the others", started.has_value(),
                started ? cli::duration_text(*started) : std::string(),
                started ? "" : started.error().detail);
    stage.world.aim_bank();
}

// The fences: whichever other node was about to deliver, one attempt is on record as the one that
// did.
Task<> check_deliveries(Stage& stage, const Course& course) {
    World& world = stage.world;
    std::size_t once = 0;
    for (const Sent& one : course.sent) {
        const Told* const told = world.told().find(one.transaction_id, "settlement.matched");
        if (told == nullptr)
            continue;
        const auto all = co_await world.ask_all("/v1/deliveries?event=" + told->id);
        if (all.size() != 1)
            continue;
        const Answer delivery =
            co_await world.ask("GET", "/v1/deliveries/" + text_at(all.front().root(), "id"));
        const auto attempts = value_at(delivery.json.root(), "attempts");
        std::size_t delivered = 0;
        for (std::size_t i = 0; attempts && i < attempts->size(); ++i)
            delivered += text_at(attempts->at(i), "outcome") == "delivered" ? 1 : 0;
        once += delivered == 1 ? 1 : 0;
    }
    stage.equal("deliveries on record, each delivered by one attempt", once, batch_size,
                fmt::format("{}", once));
}

} // namespace

Task<> scene_node_dies(Stage& stage) {
    Course course;
    const std::size_t count = stage.world.nodes().count();
    if (count > 2)
        course.paused = count - 1;
    stage.begin(course.paused ? "One node dies, one sleeps" : "One node dies",
                fmt::format("{} settlements come at once, each twice, to all nodes in turn. In the "
                            "middle of them {} The others go on, and do what the lost ones held.",
                            batch_size,
                            course.paused ? "one node is stopped and another killed."
                                          : "one node is killed."));
    const bool under_way = co_await send_batch(stage, course);
    if (!under_way)
        co_return;
    co_await strike(stage, course);
    co_await go_on(stage, course);
    co_await wait_for_takeover(stage, course);
    if (course.paused)
        co_await wake_up(stage, *course.paused);
    co_await start_again(stage);
    co_await check_books(stage, course.sent);
    check_partner(stage, course.sent);
    co_await check_deliveries(stage, course);
    keep_times(stage, course.sent);
}

} // namespace settled::demo
