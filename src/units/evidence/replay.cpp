#include "units/evidence/replay.h"

#include "crypto/hash.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/walks.h"
#include "units/evidence/repeat.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

constexpr std::size_t page_facts = 500;

// The rules that are asked about, among those of the other accounts.
class AskedRules final : public AccountRules {
  public:
    AskedRules(std::shared_ptr<const match::RuleSet> rules, std::string account_key,
               const AccountRules* others)
        : rules_(std::move(rules)), account_key_(std::move(account_key)), others_(others) {}
    std::shared_ptr<const match::RuleSet> rules_of(TenantId tenant,
                                                   std::string_view account) const override {
        if (others_ == nullptr)
            return rules_;
        if (!account_key_.empty())
            return account == account_key_ ? rules_ : others_->rules_of(tenant, account);
        auto own = others_->rules_of(tenant, account);
        return own == others_->rules_of(tenant, "") ? rules_ : own;
    }
    std::vector<std::shared_ptr<const match::RuleSet>> all_of(TenantId tenant) const override {
        if (others_ == nullptr)
            return {rules_};
        auto all = others_->all_of(tenant);
        all.push_back(rules_);
        return all;
    }

  private:
    std::shared_ptr<const match::RuleSet> rules_;
    std::string account_key_;
    const AccountRules* others_;
};

// What became of one settlement.
struct Outcome {
    domain::Settlement settlement;
    std::vector<Made> made; // by the rules, whether it ended later or not
};

Step<std::optional<Outcome>> outcome_of(Session& s, TenantId tenant, SettlementId id) {
    auto settlement = co_await store::find_settlement(s, tenant, id);
    if (!settlement)
        co_return std::nullopt;
    Outcome outcome{std::move(*settlement), {}};
    const auto matches = co_await store::all_matches_of(s, tenant, id);
    for (const MatchId match_id : matches) {
        const auto match = co_await store::find_match(s, tenant, match_id);
        if (!match->actor.empty())
            continue;
        const auto payment = co_await store::find_payment(s, tenant, match->payment_id);
        outcome.made.push_back({domain::ids_of(*payment), static_cast<int>(match->rank)});
    }
    std::ranges::sort(outcome.made, {},
                      [](const Made& made) { return std::tie(made.payment.client_id, made.rank); });
    co_return outcome;
}

Step<std::vector<Outcome>> outcomes_after(Session& s, TenantId tenant, std::int64_t after) {
    std::vector<Outcome> outcomes;
    const auto ids = co_await store::walk(s, tenant, store::Walked::settlements, after, page_facts);
    for (const store::WalkedId& id : ids) {
        auto outcome = co_await outcome_of(s, tenant, SettlementId{id.id});
        outcomes.push_back(std::move(*outcome));
    }
    co_return outcomes;
}

// The same with the ids of the recorded payments: the repetition gave them ids of its own.
Step<std::vector<Change>> with_recorded_ids(Session& s, TenantId tenant,
                                            std::shared_ptr<const std::vector<Change>> changes) {
    std::vector<Change> named = *changes;
    for (Change& change : named)
        for (Made& made : change.after) {
            const auto payment =
                co_await store::find_payment_by_client_id(s, tenant, made.payment.client_id);
            if (payment)
                made.payment.id = payment->payment.id;
        }
    co_return named;
}

// Of the same settlements; nullopt where there is none.
Step<std::vector<std::optional<Outcome>>>
outcomes_of(Session& s, TenantId tenant, std::shared_ptr<const std::vector<Outcome>> same_as) {
    std::vector<std::optional<Outcome>> outcomes;
    for (const Outcome& each : *same_as) {
        auto outcome = co_await outcome_of(s, tenant, each.settlement.id);
        outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
}

bool is_ambiguous(const Outcome& outcome) {
    return outcome.settlement.status == domain::SettlementStatus::ambiguous;
}

const std::string& client_id_of(const Made& made) {
    return made.payment.client_id;
}

bool same_payments(const Outcome& before, const Outcome& after) {
    return std::ranges::equal(before.made, after.made, {}, client_id_of, client_id_of);
}

std::optional<Difference> difference_of(const Outcome& before, const Outcome& after) {
    if (before.made.empty() && after.made.empty()) {
        if (is_ambiguous(before) == is_ambiguous(after))
            return std::nullopt;
        return is_ambiguous(after) ? Difference::ambiguous : Difference::unmatched;
    }
    if (after.made.empty())
        return Difference::lost;
    if (before.made.empty())
        return Difference::gained;
    if (!same_payments(before, after))
        return Difference::moved;
    return before.made == after.made ? std::nullopt : std::optional(Difference::rank);
}

void add(ReplayReport& report, const Outcome& before, const Outcome& after,
         std::size_t changes_max) {
    ++report.settlements;
    report.matched_before += before.made.empty() ? 0 : 1;
    report.matched_after += after.made.empty() ? 0 : 1;
    report.ambiguous_before += is_ambiguous(before) ? 1 : 0;
    report.ambiguous_after += is_ambiguous(after) ? 1 : 0;
    const auto difference = difference_of(before, after);
    if (!difference) {
        ++report.unchanged;
        return;
    }
    const domain::Settlement& settlement = before.settlement;
    ReplayReport::Sum& sum = report.sums[static_cast<std::size_t>(*difference)];
    ++sum.settlements;
    sum.minor[std::string(settlement.amount.currency.code())] += settlement.amount.minor;
    const bool as_it_was = *difference == Difference::lost || *difference == Difference::moved;
    const auto& made = as_it_was ? before.made : after.made;
    if (!made.empty())
        ++sum.by_rank[made.front().rank];
    if (report.changes.size() < changes_max)
        report.changes.push_back({*difference, settlement.id, settlement.transaction_id,
                                  settlement.amount, before.made, after.made,
                                  after.settlement.status});
}

// No id of that moment or later is as low. Of no moment: 0.
std::int64_t last_id_before(Instant at) {
    return at.us == 0 ? 0 : std::max<std::int64_t>(0, first_id_at(at) - 1);
}

// One replay. Lives until its task has ended.
class Replay {
  public:
    Replay(store::Store& recorded, store::Store& scratch, ReplayOptions options)
        : recorded_(recorded), scratch_(scratch), options_(std::move(options)),
          rules_(options_.rules, options_.account_key, options_.other_rules) {}

    Task<Result<ReplayReport>> run() {
        CO_TRY_VOID(co_await repeat_all());
        CO_TRY_VOID(co_await finish());
        CO_TRY_VOID(co_await compare_all());
        CO_TRY_VOID(co_await name_payments());
        co_return std::move(report_);
    }

  private:
    // Whether its payments are among the facts.
    bool is_repeated(const Outcome& recorded) const {
        const std::int64_t before = last_id_before(options_.from);
        return std::ranges::all_of(
            recorded.made, [before](const Made& made) { return made.payment.id.value > before; });
    }

    Task<Result<>> repeat_all() {
        const TenantId tenant = options_.tenant;
        auto all = co_await recorded_.read<std::int64_t>(
            [tenant](Session& s) { return count_recorded(s, tenant); });
        CO_TRY(all_, std::move(all));
        std::int64_t after = last_id_before(options_.from);
        bool more = true;
        while (more) {
            auto read = co_await recorded_.read<RecordedPage>([tenant, after](Session& s) {
                return recorded_facts(s, tenant, after, page_facts);
            });
            CO_TRY(RecordedPage page, std::move(read));
            after = page.after;
            more = page.more;
            CO_TRY_VOID(co_await repeat_page(std::move(page)));
        }
        co_return Result<>{};
    }

    Task<Result<>> repeat_page(RecordedPage page) {
        report_.left_out += static_cast<std::int64_t>(page.left_out);
        report_.facts += static_cast<std::int64_t>(page.facts.size());
        if (report_.facts > options_.facts_max)
            co_return fail(Code::limit_reached, "more was recorded than one call repeats; ask for "
                                                "fewer days, or use settled replay");
        const auto facts = std::make_shared<const std::vector<RecordedFact>>(std::move(page.facts));
        auto repeated = co_await scratch_.write<Repeated>([this, facts](Session& s) {
            return repeat(s, context_, options_.tenant, clock_, facts);
        });
        CO_TRY(const Repeated counts, std::move(repeated));
        report_.decisions += counts.decisions;
        report_.decisions_void += counts.decisions_void;
        if (options_.progress)
            options_.progress(std::min(report_.facts, all_), all_);
        co_return Result<>{};
    }

    // What waits for its time gets it, up to now.
    Task<Result<>> finish() {
        bool more = true;
        while (more) {
            auto passed = co_await scratch_.write<bool>(
                [this](Session& s) { return let_time_pass(s, context_, clock_, options_.until); });
            CO_TRY(more, std::move(passed));
        }
        co_return Result<>{};
    }

    Task<Result<>> compare_all() {
        const TenantId tenant = options_.tenant;
        std::int64_t after = last_id_before(options_.compared_from);
        bool more = true;
        while (more) {
            auto read = co_await recorded_.read<std::vector<Outcome>>(
                [tenant, after](Session& s) { return outcomes_after(s, tenant, after); });
            CO_TRY(auto page, std::move(read));
            more = page.size() == page_facts;
            if (!page.empty())
                after = page.back().settlement.id.value;
            const auto before = std::make_shared<const std::vector<Outcome>>(std::move(page));
            auto again = co_await scratch_.read<std::vector<std::optional<Outcome>>>(
                [tenant, before](Session& s) { return outcomes_of(s, tenant, before); });
            CO_TRY(const auto outcomes, std::move(again));
            for (std::size_t i = 0; i < outcomes.size(); ++i)
                if (outcomes[i] && is_repeated((*before)[i]))
                    add(report_, (*before)[i], *outcomes[i], options_.changes_max);
        }
        co_return Result<>{};
    }

    Task<Result<>> name_payments() {
        const TenantId tenant = options_.tenant;
        const auto changes = std::make_shared<const std::vector<Change>>(report_.changes);
        auto named = co_await recorded_.read<std::vector<Change>>(
            [tenant, changes](Session& s) { return with_recorded_ids(s, tenant, changes); });
        CO_TRY(report_.changes, std::move(named));
        co_return Result<>{};
    }

    store::Store& recorded_;
    store::Store& scratch_;
    ReplayOptions options_;
    AskedRules rules_;
    FactClock clock_;
    IdMint ids_{clock_, 1};
    // The key of a store that is thrown away: no other process needs to know it.
    TenantKeys keys_{Secret("keys of a replay")};
    // Without what was learnt of the banks: it saves work and decides nothing.
    Context context_{.ids = ids_,
                     .keys = keys_,
                     .unmatched_grace = options_.unmatched_grace,
                     .watermark = options_.watermark,
                     .account_rules = &rules_,
                     .suggested_reviews = false}; // there is no reviewer to read them
    std::int64_t all_ = 0;
    ReplayReport report_;
};

} // namespace

std::string_view token(Difference difference) {
    static constexpr std::array<std::string_view, differences> tokens{
        "lost", "gained", "moved", "rank", "ambiguous", "unmatched"};
    return tokens[static_cast<std::size_t>(difference)];
}

Task<Result<ReplayReport>> replay(store::Store& recorded, store::Store& scratch,
                                  ReplayOptions options) {
    Replay all(recorded, scratch, std::move(options));
    co_return co_await all.run();
}

} // namespace settled::units
