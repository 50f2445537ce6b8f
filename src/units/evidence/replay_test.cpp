// Recorded facts under other rules: what would change, and nothing else.
#include "units/evidence/replay.h"

#include "units/matching/decide.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using match::Policy;
using match::Rank;
using testing::World;

Task<> keep(Task<Result<ReplayReport>> task, std::optional<Result<ReplayReport>>& into) {
    into.emplace(co_await std::move(task));
}

// World is what was recorded; the replay has a store of its own.
class Replaying : public ::testing::Test {
  protected:
    ReplayReport replay(match::RuleSet rules, ReplayOptions options = {}) {
        return store::testing::must(try_replay(std::move(rules), std::move(options)));
    }
    Result<ReplayReport> try_replay(match::RuleSet rules, ReplayOptions options) {
        const store::testing::TemporaryDirectory directory;
        const auto scratch = store::testing::open_reference_store(directory.path());
        options.tenant = World::tenant;
        options.rules = std::make_shared<const match::RuleSet>(std::move(rules));
        options.until = world.now();
        std::optional<Result<ReplayReport>> result;
        store::testing::Loop loop;
        boost::asio::co_spawn(*loop, keep(units::replay(world.store(), *scratch, options), result),
                              boost::asio::detached);
        loop->run();
        return std::move(*result);
    }

    void pay(std::string_view id, std::int64_t minor, std::string_view reference,
             std::string_view payer = "") {
        auto payment = world.payment(id, minor);
        payment.reference = reference;
        payment.end_to_end_id = "E2E-" + std::string(id);
        if (!payer.empty())
            payment.payer = testing::party(payer, "Ann Lee");
        world.register_payment(payment);
        world.clock().advance(1s);
    }
    void settle(std::string_view id, std::int64_t minor, std::string_view reference,
                std::string_view end_to_end_id = "", std::string_view payer = "") {
        auto fact = world.fact(minor);
        fact.reference = reference;
        fact.end_to_end_id = end_to_end_id;
        if (!payer.empty())
            fact.counterparty = testing::party(payer, "LEE A");
        world.settle(id, fact);
        world.clock().advance(5s);
        world.run_due();
    }
    // A day with a bit of everything.
    void tell_story() {
        pay("by-reference", 1'000, "INVOICE-1041");
        pay("by-id", 2'000, "INVOICE-2041");
        pay("by-part", 3'000, "INVOICE-3041 LONDON");
        pay("in-parts", 4'000, "INVOICE-4041");
        pay("twin-a", 5'000, "RENT", "60-16-13 31926819");
        pay("twin-b", 5'000, "RENT", "60-16-14 31926820");
        pay("undone", 6'000, "INVOICE-6041");
        pay("by-hand", 7'000, "INVOICE-7041");
        pay("never", 8'000, "INVOICE-8041");
        settle("t-reference", 1'000, "invoice 1041");
        settle("t-id", 2'000, "", "E2E-by-id");
        settle("t-part", 3'000, "INVOICE-3041 LON");
        settle("t-part-1", 1'500, "INVOICE-4041", "E2E-in-parts");
        settle("t-part-2", 2'500, "INVOICE-4041", "E2E-in-parts");
        settle("t-ambiguous", 5'000, "RENT");
        settle("t-undone", 6'000, "INVOICE-6041");
        settle("t-by-hand", 7'000, "SOMETHING ELSE");
        settle("t-early", 9'000, "INVOICE-9041");
        pay("late", 9'000, "INVOICE-9041");
        decide();
        world.clock().advance(1h);
        world.run_due();
    }
    void decide() {
        const Decision decision{World::tenant, std::nullopt, "key_1", "seen", world.now()};
        const auto match = world.match_of("t-undone")->id;
        const auto hand = world.settlement("t-by-hand").id;
        const auto parts = std::make_shared<const std::vector<PaymentPart>>(
            std::vector<PaymentPart>{{"by-hand", std::nullopt}});
        EXPECT_TRUE(world
                        .write<Result<DecisionResult>>([&](store::Session& s) {
                            return undo(s, world.context(), decision, match);
                        })
                        .has_value());
        EXPECT_TRUE(world
                        .write<Result<DecisionResult>>([&](store::Session& s) {
                            return match_by_hand(s, world.context(), decision, hand, parts);
                        })
                        .has_value());
    }

    World world;
};

std::string text_of(const ReplayReport& report) {
    std::string text;
    for (const Change& change : report.changes) {
        text += std::string(token(change.difference)) + " " + change.transaction_id + ":";
        for (const Made& made : change.before)
            text += " " + made.payment.client_id + "/" + std::to_string(made.rank);
        text += " ->";
        for (const Made& made : change.after)
            text += " " + made.payment.client_id + "/" + std::to_string(made.rank);
        text += "\n";
    }
    return text;
}

match::RuleSet without(Rank rank) {
    match::RuleSet rules;
    rules.name = "without";
    rules.policies[static_cast<std::size_t>(rank)] = Policy::off;
    return rules;
}

// As the tenant and one of its accounts have them.
class RulesOfOneAccount final : public AccountRules {
  public:
    std::shared_ptr<const match::RuleSet> rules_of(TenantId,
                                                   std::string_view account) const override {
        return account == account_key(testing::iban_of_shop) ? own_ : general_;
    }
    std::vector<std::shared_ptr<const match::RuleSet>> all_of(TenantId) const override {
        return {general_, own_};
    }

  private:
    std::shared_ptr<const match::RuleSet> own_ =
        std::make_shared<const match::RuleSet>(match::standard_rules());
    std::shared_ptr<const match::RuleSet> general_ =
        std::make_shared<const match::RuleSet>(match::standard_rules());
};

TEST_F(Replaying, rules_of_one_account_change_nothing_on_another) {
    pay("by-id", 2'000, "INVOICE-2041");
    settle("t-id", 2'000, "", "E2E-by-id");
    const auto changed = [&](std::string key, const AccountRules* others) {
        ReplayOptions options;
        options.account_key = std::move(key);
        options.other_rules = others;
        match::RuleSet by_nothing;
        by_nothing.name = "by nothing";
        by_nothing.policies.fill(Policy::off);
        return text_of(replay(by_nothing, std::move(options)));
    };
    const std::string lost = "lost t-id: by-id/2 ->\n";
    const RulesOfOneAccount rules;
    EXPECT_EQ(changed("", nullptr), lost);
    EXPECT_EQ(changed(account_key(testing::iban_of_shop), &rules), lost);
    EXPECT_EQ(changed("04040100999999", &rules), "");
    EXPECT_EQ(changed("", &rules), "") << "the account has rules of its own";
}

TEST_F(Replaying, only_what_was_recorded_since_a_time_is_repeated) {
    pay("long-ago", 1'000, "INVOICE-1041");
    world.clock().advance(48h);
    const Instant from = world.now();
    pay("by-id", 2'000, "INVOICE-2041");
    settle("t-old-payment", 1'000, "INVOICE-1041", "E2E-long-ago");
    settle("t-id", 2'000, "", "E2E-by-id");
    ReplayOptions options;
    options.from = from;
    options.compared_from = from;
    const ReplayReport report = replay(match::standard_rules(), options);
    EXPECT_EQ(report.facts, 3) << "a payment and two settlements";
    EXPECT_EQ(report.settlements, 1) << "none whose payment is not repeated";
    EXPECT_EQ(text_of(report), "");
    options.compared_from = world.now();
    EXPECT_EQ(replay(match::standard_rules(), options).settlements, 0);
    options.facts_max = 2;
    EXPECT_EQ(try_replay(match::standard_rules(), options).error().code, Code::limit_reached);
}

TEST_F(Replaying, the_same_rules_change_nothing) {
    tell_story();
    const auto before = world.pairs();
    const ReplayReport report = replay(match::standard_rules());
    EXPECT_EQ(text_of(report), "");
    EXPECT_EQ(report.settlements, 9);
    EXPECT_EQ(report.unchanged, 9);
    EXPECT_EQ(report.facts, 10 + 9 + 2);
    EXPECT_EQ(report.decisions, 2);
    EXPECT_EQ(report.decisions_void, 0);
    EXPECT_EQ(report.matched_before, report.matched_after);
    EXPECT_EQ(report.matched_after, 7) << "all but those of which somebody must say something";
    EXPECT_EQ(report.ambiguous_before, 1);
    EXPECT_EQ(report.ambiguous_after, 1);
    EXPECT_EQ(world.pairs(), before) << "what was recorded is as it was";
}

TEST_F(Replaying, a_rank_that_is_switched_off_loses_its_matches_and_no_others) {
    tell_story();
    const ReplayReport report = replay(without(Rank::reference));
    EXPECT_EQ(text_of(report), "lost t-reference: by-reference/6 ->\n"
                               "unmatched t-ambiguous: ->\n"
                               "lost t-undone: undone/6 ->\n"
                               "lost t-early: late/6 ->\n");
    const auto& lost = report.sums[static_cast<std::size_t>(Difference::lost)];
    EXPECT_EQ(lost.settlements, 3);
    EXPECT_EQ(lost.by_rank, (std::map<int, std::int64_t>{{6, 3}}));
    EXPECT_EQ(lost.minor, (std::map<std::string, std::int64_t>{{"GBP", 16'000}}));
    EXPECT_EQ(report.matched_after, 4);
    EXPECT_EQ(report.decisions_void, 1) << "there was no match to undo";
}

TEST_F(Replaying, rules_that_allow_more_gain_matches) {
    tell_story();
    const ReplayReport back = replay(without(Rank::reference_part));
    EXPECT_EQ(text_of(back), "lost t-part: by-part/8 ->\n");
    EXPECT_EQ(back.sums[static_cast<std::size_t>(Difference::gained)].settlements, 0);
}

TEST_F(Replaying, an_empty_store_has_nothing_to_replay) {
    const ReplayReport report = replay(match::standard_rules());
    EXPECT_EQ(report.facts, 0);
    EXPECT_EQ(report.settlements, 0);
}

TEST_F(Replaying, goes_over_more_facts_than_fit_in_a_page) {
    constexpr int payments = 300;
    for (int i = 0; i < payments; ++i)
        pay("order-" + std::to_string(i), 1'000 + i, "INVOICE-" + std::to_string(10'000 + i));
    for (int i = 0; i < payments; ++i) {
        auto fact = world.fact(1'000 + i);
        fact.reference = "INVOICE-" + std::to_string(10'000 + i);
        world.settle("t" + std::to_string(i), fact);
    }
    world.pass_watermark();
    const ReplayReport report = replay(match::standard_rules());
    EXPECT_EQ(text_of(report), "");
    EXPECT_EQ(report.facts, 2 * payments);
    EXPECT_EQ(report.matched_after, payments);
    EXPECT_EQ(replay(without(Rank::reference)).matched_after, 0);
}

} // namespace
} // namespace settled::units
