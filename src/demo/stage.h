// What every scene gets: the world, the terminal, and the count of what was checked.
#pragma once

#include "cli/terminal.h"
#include "demo/world.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

namespace settled::demo {

struct SceneResult {
    std::string name;
    int checked = 0;
    int failed = 0;
};

struct Latencies {
    std::vector<std::int64_t> acknowledged_us; // webhook sent to signed answer
    std::vector<std::int64_t> told_us;         // webhook sent to partner notified
};

// A payment that the provider makes and that goes on in the story.
struct Start {
    std::string id;
    std::int64_t pence = 0;
    std::string reference;
    bool with_payer = false;
};

class Stage {
  public:
    Stage(World& in, cli::Terminal& on) : world(in), terminal(on) {}

    void begin(std::string name, std::string_view sentence);

    // One line of the story: ✓, or ✗ with what was expected and seen. Gives back whether it held.
    bool check(std::string_view what, bool holds, std::string_view figure = {},
               std::string_view seen = "it is not so");
    template <class T>
    bool equal(std::string_view what, const T& seen, const T& expected,
               std::string_view figure = {}) {
        return count(seen == expected, what, figure, fmt::format("{}", expected),
                     fmt::format("{}", seen));
    }

    // Registers it through the provider; checks that the server took it.
    Task<bool> register_payment(Start start, std::string_view what);
    // The money of it, as the bank reports it.
    sandbox::SettledPayment money_of(const Start& start) const;
    // Waits until the bank is satisfied with the answer and checks that; the figure is the time
    // from sending to the answer.
    Task<bool> acknowledged(const Sent& sent);
    // ", at node 2" of the node where the last payments were registered; "" of the only one.
    std::string at_node() const;
    // Waits until the partner got an event of the type about it; checks. The figure is the time
    // from sending the webhook, or since `since`.
    Task<const Told*> partner_told(const Sent& sent, std::string_view type, std::string_view what,
                                   std::optional<Instant> since = std::nullopt);
    // The same of an order, a link or a return; the figure is the time since `since`.
    Task<const Told*> partner_told_of(std::string subject, std::string_view type,
                                      std::string_view what, Instant since);
    // Checks at which rank; the figure is the rule.
    void matched_at(const Answer& settlement, std::int64_t rank);
    // The settlement of the bank's transaction as the API shows it; status 0 when there is none.
    Task<Answer> settlement_of(std::string transaction_id);

    bool all_good() const;
    const std::vector<SceneResult>& results() const { return results_; }

    World& world;
    cli::Terminal& terminal;
    // Times for the closing table, from the records of bank and partner.
    Latencies one_by_one;
    Latencies at_once;

  private:
    bool count(bool holds, std::string_view what, std::string_view figure,
               std::string_view expected, std::string_view seen);

    std::vector<SceneResult> results_;
};

// The scenes, in their order.
Task<> scene_setup(Stage& stage);
Task<> scene_happy_path(Stage& stage, Sent& sent);
Task<> scene_duplicates(Stage& stage, Sent sent);
Task<> scene_ambiguous(Stage& stage);
Task<> scene_early_money(Stage& stage);
Task<> scene_partner_down(Stage& stage);
Task<> scene_pace(Stage& stage);
// Money out, in this order: the later ones need the account of the first.
Task<> scene_link(Stage& stage);
Task<> scene_pay_out(Stage& stage);
Task<> scene_in_doubt(Stage& stage);
Task<> scene_send_back(Stage& stage);
Task<> scene_platform(Stage& stage);
Task<> scene_chaps(Stage& stage);
Task<> scene_bacs(Stage& stage);
Task<> scene_loan(Stage& stage);
Task<> scene_kill(Stage& stage);
Task<> scene_console(Stage& stage);
// With several nodes.
Task<> scene_any_node(Stage& stage);
Task<> scene_node_dies(Stage& stage);

// The table at the end.
void show_closing(Stage& stage);

} // namespace settled::demo
