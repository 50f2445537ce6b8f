// kill -9 in the middle of a batch, and the proof that nothing is lost, doubled or mixed up.

#include "cli/layout.h"
#include "demo/batch.h"

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kill_after = 70; // acknowledged
// On a store that is shared, what the killed one held waits for the end of its lease: 22 s.
constexpr auto recovery_wait_max = 45s;

Task<bool> kill_in_the_middle(Stage& stage, const std::vector<Sent>& sent) {
    World& world = stage.world;
    cli::Terminal& terminal = stage.terminal;
    co_await world.until([&] {
        const std::size_t done = count_acknowledged(world, sent);
        terminal.progress("acknowledged", done, batch_size);
        return done >= kill_after;
    });
    const pid_t pid = world.server().pid();
    world.server().kill_now();
    const std::size_t before = count_acknowledged(world, sent);
    const std::size_t told = count_told(world, sent);
    stage.check(fmt::format("kill -9 {} in the middle", pid), before > 0 && before < batch_size,
                fmt::format("{} acknowledged, {} told", before, told),
                fmt::format("{} of {} acknowledged", before, batch_size));
    const auto started = co_await world.start_server();
    co_return stage.check("started again on the same store", started.has_value(),
                          started ? cli::duration_text(*started) : std::string(),
                          started ? "" : started.error().detail);
}

Task<> recover(Stage& stage, const std::vector<Sent>& sent) {
    World& world = stage.world;
    cli::Terminal& terminal = stage.terminal;
    if (world.is_on_postgres())
        terminal.fact("meanwhile", "what the killed one held waits for its lease, 20 s");
    const Instant started = world.sandbox().clock().now();
    co_await world.until(
        [&] {
            const std::size_t done = count_told(world, sent);
            terminal.progress("told", done, batch_size);
            return done == batch_size && count_acknowledged(world, sent) == batch_size;
        },
        recovery_wait_max);
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    const std::size_t acknowledged = count_acknowledged(world, sent);
    const std::size_t told = count_told(world, sent);
    std::size_t retried = 0;
    for (const Sent& one : sent)
        retried += world.webhook(one.ids.front()).attempts > 1 ? 1 : 0;
    stage.equal("webhooks acknowledged, each with its own signed nonce", acknowledged, batch_size,
                fmt::format("{}, {} retried", acknowledged, retried));
    stage.equal("partner told of the match of each", told, batch_size,
                fmt::format("{} in {}", told, cli::duration_text(took)));
}

} // namespace

Task<> scene_kill(Stage& stage) {
    World& world = stage.world;
    stage.begin("kill -9",
                fmt::format("{} settlements come at once, and in the middle of them the server is "
                            "killed: nothing is flushed, nothing says goodbye.",
                            batch_size));
    const bool registered = co_await register_series(stage, batch_plan);
    stage.check(fmt::format("{} payments registered{}", batch_size, stage.at_node()), registered);
    const auto sent = co_await hold_settlements(stage, batch_plan);
    const auto released = world.sandbox().sender().release({.shuffle = true});
    if (!stage.check("their settlements leave the bank, in any order",
                     released.has_value() && sent.size() == batch_size))
        co_return;
    if (!co_await kill_in_the_middle(stage, sent))
        co_return;
    co_await recover(stage, sent);
    co_await check_books(stage, sent);
    check_partner(stage, sent);
    keep_times(stage, sent);
}

} // namespace settled::demo
