#include "demo/batch.h"

#include "demo/json_path.h"

#include <map>
#include <set>

namespace settled::demo {

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
                settlements == batch_size && matched == batch_size &&
                    payment_of.size() == batch_size,
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
    stage.equal("matches made", of_batch, batch_size, fmt::format("{}", of_batch));
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
            right += event->client_id == series_item(batch_plan, i) ? 1 : 0;
            again += static_cast<std::size_t>(event->times - 1);
        }
    }
    stage.check("each event names the right payment, one event for each",
                right == batch_size && events == batch_size, fmt::format("{}", right),
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

} // namespace settled::demo
