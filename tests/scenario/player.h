// Plays the lines of a scenario and says what came of each.
#pragma once

#include "rules_kept.h"
#include "scenario.h"
#include "units/testing.h"

#include <map>
#include <string>

namespace settled::scenario {

class Player {
  public:
    // With a second account of the tenant in addition to the shop's.
    Player() { world_.add_account("GB33BUKB20201555555555"); }

    // The verdict of the line, as the file spells it.
    std::string play(const Line& line);
    // The same fact with the times that it has in the story, whenever it arrives.
    // What waits for it is decided.
    void pass_watermark();
    void play_fact(const Line& line, Instant story_time);

    Instant now() { return world_.now(); }
    // Settlement → how it stands, candidates in alphabetical order.
    std::map<std::string, std::string> standings();
    std::vector<std::string> broken() { return broken_rules(world_.store(), ledger_); }

  private:
    using Standings = std::map<std::string, std::string>;

    std::string pay(const Line& line, Instant time);
    std::string settle(const Line& line, Instant time);
    std::string deliver(const std::string& name, domain::InboundWebhook webhook);
    std::string told();
    std::string reviews();
    std::string status_of(const std::string& name);
    std::string standing_of(const domain::Settlement& settlement);
    // "; s1 matched p1 rank 6" for each settlement but `mine` that stands otherwise than before.
    std::string changes(const Standings& before, const std::string& mine);

    units::testing::World world_;
    Ledger ledger_;
    std::map<std::string, domain::InboundWebhook> webhooks_; // by the settlement's name
    std::map<std::string, WebhookId> stored_;
    std::size_t told_ = 0;
    std::int64_t nonce_ = 0;
};

// "10s", "5m", "-2h", "3d".
std::chrono::microseconds parse_duration(std::string_view text);

} // namespace settled::scenario
