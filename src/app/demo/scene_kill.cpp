// kill -9 in the middle of a batch, and the proof that nothing is lost, doubled or mixed up.

#include "app/demo/json_path.h"
#include "app/demo/layout.h"
#include "app/demo/series.h"

#include <map>
#include <set>

namespace settled::app::demo {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t payments = 200;
constexpr std::size_t kill_after = 70; // acknowledged
constexpr auto recovery_wait_max = 30s;

const SeriesPlan plan{"batch-", payments, 5'000, 10};

std::size_t count_acknowledged(const World& world, const std::vector<Sent>& sent) {
    std::size_t count = 0;
    for (const Sent& one : sent)
        count += world.acknowledged(one.ids.front()) ? 1 : 0;
    return count;
}

std::size_t count_told(World& world, const std::vector<Sent>& sent) {
    const ToldBook& told = world.told();
    std::size_t count = 0;
    for (const Sent& one : sent)
        count += told.find(one.transaction_id, "settlement.matched") != nullptr ? 1 : 0;
    return count;
}

Task<bool> kill_in_the_middle(Stage& stage, const std::vector<Sent>& sent) {
    World& world = stage.world;
    Terminal& terminal = stage.terminal;
    co_await world.until([&] {
        const std::size_t done = count_acknowledged(world, sent);
        terminal.progress("acknowledged", done, payments);
        return done >= kill_after;
    });
    const pid_t pid = world.server().pid();
    world.server().kill_now();
    const std::size_t before = count_acknowledged(world, sent);
    const std::size_t told = count_told(world, sent);
    stage.check(fmt::format("kill -9 {} in the middle", pid), before > 0 && before < payments,
                fmt::format("{} acknowledged, {} told", before, told),
                fmt::format("{} of {} acknowledged", before, payments));
    const auto started = co_await world.start_server();
    co_return stage.check("started again on the same store", started.has_value(),
                          started ? duration_text(*started) : std::string(),
                          started ? "" : started.error().detail);
}

Task<> recover(Stage& stage, const std::vector<Sent>& sent) {
    World& world = stage.world;
    Terminal& terminal = stage.terminal;
    const Instant started = world.sandbox().clock().now();
    co_await world.until(
        [&] {
            const std::size_t done = count_told(world, sent);
            terminal.progress("told", done, payments);
            return done == payments && count_acknowledged(world, sent) == payments;
        },
        recovery_wait_max);
    const std::int64_t took = (world.sandbox().clock().now() - started).count();
    const std::size_t acknowledged = count_acknowledged(world, sent);
    const std::size_t told = count_told(world, sent);
    std::size_t retried = 0;
    for (const Sent& one : sent)
        retried += world.webhook(one.ids.front()).attempts > 1 ? 1 : 0;
    stage.equal("webhooks acknowledged, each with its own signed nonce", acknowledged, payments,
                fmt::format("{}, {} retried", acknowledged, retried));
    stage.equal("partner told of the match of each", told, payments,
                fmt::format("{} in {}", told, duration_text(took)));
}

// The books of the server, as its API shows them.
Task<> check_books(Stage& stage, const std::vector<Sent>& sent) {
    World& world = stage.world;
    std::map<std::string, std::size_t> index; // transaction → number of its payment
    for (std::size_t i = 0; i < sent.size(); ++i)
        index.emplace(sent[i].transaction_id, i);

    std::size_t settlements = 0;
    std::size_t matched = 0;
    std::map<std::string, std::size_t> payment_of; // settlement → number of its payment
    const auto all = co_await world.ask_all("/v1/settlements");
    for (const wire::JsonDocument& one : all) {
        const auto found = index.find(text_at(one.root(), "transaction_id"));
        if (found == index.end())
            continue;
        ++settlements;
        matched += text_at(one.root(), "status") == "matched" ? 1 : 0;
        payment_of.emplace(text_at(one.root(), "id"), found->second);
    }
    stage.check("settlements in the books, every one matched",
                settlements == payments && matched == payments && payment_of.size() == payments,
                fmt::format("{}", settlements),
                fmt::format("{} settlements, {} matched", settlements, matched));

    const auto matches = co_await world.ask_all("/v1/matches");
    std::set<std::string> used;
    std::size_t of_batch = 0;
    std::size_t twice = 0;
    for (const wire::JsonDocument& one : matches) {
        const std::string settlement = text_at(one.root(), "settlement_id");
        of_batch += payment_of.contains(settlement) ? 1 : 0;
        for (const std::string& side : {settlement, text_at(one.root(), "payment_id")})
            twice += used.insert(side).second ? 0 : 1;
    }
    stage.equal("matches made", of_batch, payments, fmt::format("{}", of_batch));
    stage.equal("payments or settlements matched twice", twice, std::size_t{0}, "0");
}

void check_partner(Stage& stage, const std::vector<Sent>& sent) {
    const ToldBook& told = stage.world.told();
    std::size_t right = 0;
    std::size_t events = 0;
    std::size_t again = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const auto about = told.about(sent[i].transaction_id);
        events += about.size();
        for (const Told* const event : about) {
            right += event->payment_id == series_item(plan, i) ? 1 : 0;
            again += static_cast<std::size_t>(event->times - 1);
        }
    }
    stage.check("each event names the right payment, one event for each",
                right == payments && events == payments, fmt::format("{}", right),
                fmt::format("{} events, {} right", events, right));
    stage.equal("events that came with two bodies", told.changed(), std::size_t{0}, "0");
    stage.equal("notifications without a valid signature", told.not_authentic(), std::size_t{0},
                "0");
    // At least once is the promise; this says how often it was more.
    stage.terminal.fact("told again", fmt::format("{} of {}", again, events),
                        "   same id, same bytes");
}

void keep_times(Stage& stage, const std::vector<Sent>& sent) {
    for (const Sent& one : sent) {
        const sandbox::WebhookRecord& webhook = stage.world.webhook(one.ids.front());
        const Told* const told = stage.world.told().find(one.transaction_id, "settlement.matched");
        if (webhook.state == sandbox::WebhookState::acknowledged)
            stage.at_once.acknowledged_us.push_back(
                (webhook.acknowledged - webhook.first_sent).count());
        if (told != nullptr)
            stage.at_once.told_us.push_back((told->received - webhook.first_sent).count());
    }
}

} // namespace

Task<> scene_kill(Stage& stage) {
    World& world = stage.world;
    stage.begin("kill -9",
                fmt::format("{} settlements come at once, and in the middle of them the server is "
                            "killed: nothing is flushed, nothing says goodbye.",
                            payments));
    const bool registered = co_await register_series(stage, plan);
    stage.check(fmt::format("{} payments registered", payments), registered);
    const auto sent = co_await hold_settlements(stage, plan);
    const auto released = world.sandbox().sender().release({.shuffle = true});
    if (!stage.check("their settlements leave the bank, in any order",
                     released.has_value() && sent.size() == payments))
        co_return;
    if (!co_await kill_in_the_middle(stage, sent))
        co_return;
    co_await recover(stage, sent);
    co_await check_books(stage, sent);
    check_partner(stage, sent);
    keep_times(stage, sent);
}

} // namespace settled::app::demo
