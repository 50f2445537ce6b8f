#include "units/learning/learn.h"

#include "units/learning/mint.h"
#include "units/learning/profile_cache.h"
#include "units/matching/decide.h"
#include "units/testing.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class Learning : public ::testing::Test {
  protected:
    // A payment of monzo's with an end-to-end id, and its settlement with what the bank left of the
    // reference.
    void pay(std::string_view name, std::string_view reference, std::string_view arrived) {
        auto payment = world.payment(name, 1234);
        payment.institution_id = "monzo";
        payment.scheme = "fps";
        payment.reference = reference;
        payment.end_to_end_id = "E2E-000-" + std::string(name);
        payment.payer = party("601613 31926819");
        ASSERT_EQ(world.register_payment(payment).kind, Registered::Kind::created);
        world.settle(name, money(name, arrived));
        ASSERT_EQ(world.payment_of(std::string(name)), name);
    }
    domain::SettlementFact money(std::string_view name, std::string_view arrived) const {
        auto fact = world.fact(1234);
        fact.reference = arrived;
        fact.end_to_end_id = "E2E-000-" + std::string(name);
        fact.counterparty = party("601613 31926819");
        return fact;
    }
    void give_back(std::string_view name, std::string_view arrived) {
        auto fact = money(name, arrived);
        fact.credit = false;
        fact.is_return = true;
        fact.return_reason = "AC04";
        fact.transaction_id = "back-" + std::string(name);
        auto webhook = World::webhook(fact.transaction_id, fact);
        webhook.suffix = "-REV";
        world.accept(webhook);
        ASSERT_EQ(world.payment_named(name).status, domain::PaymentStatus::returned);
    }

    Learnt learn(std::chrono::seconds lag = 0s, std::size_t most = 200) {
        world.clock().advance(1ms);
        return world.write<Learnt>([this, lag, most](Session& s) {
            return learn_from_matches(s, world.context(), World::tenant, world.now() - lag,
                                      world.now(), most);
        });
    }
    std::vector<store::ProfileRow> profiles() {
        return world.read<std::vector<store::ProfileRow>>(
            [](Session& s) { return store::list_profiles(s, World::tenant, World::last_id, 100); });
    }
    learn::Profile only_profile() {
        const auto rows = profiles();
        EXPECT_EQ(rows.size(), 1U);
        return learn::Profile::parse(rows.front().state).value();
    }
    store::PlanBookRows book_rows() {
        return world.read<store::PlanBookRows>([](Session& s) { return store::read_plan_book(s); });
    }

    World world;
};

TEST_F(Learning, counts_each_match_once_however_often_it_runs) {
    for (int i = 0; i < 7; ++i)
        pay("p" + std::to_string(i), "ACMESHOP-2041-" + std::to_string(i), "ACMESHOP-2");
    EXPECT_EQ(learn(0s, 4).matches, 4U);
    EXPECT_EQ(learn(0s, 4).matches, 3U);
    EXPECT_EQ(learn(0s, 4).matches, 0U);
    const learn::Profile profile = only_profile();
    EXPECT_EQ(profile.observed(), 7 * learn::one);
    EXPECT_EQ(profile.survival(learn::Identifier::reference).altered, 7 * learn::one);
    EXPECT_EQ(profile.survival(learn::Identifier::payer).survived, 7 * learn::one);
    EXPECT_EQ(profiles().front().key, (learn::ProfileKey{"monzo", "fps", "GB040401"}));
    EXPECT_EQ(profiles().front().length_max, 10);
    pay("p8", "ACMESHOP-2041-8", "ACMESHOP-2");
    EXPECT_EQ(learn().matches, 1U);
    EXPECT_EQ(only_profile().observed(), 8 * learn::one);
}

TEST_F(Learning, two_nodes_that_count_at_once_count_once) {
    for (int i = 0; i < 5; ++i)
        pay("p" + std::to_string(i), "ACMESHOP-2041-" + std::to_string(i), "ACMESHOP-2");
    world.clock().advance(1ms);
    std::vector<store::testing::Awaited<Learnt>> runs;
    for (int node = 0; node < 4; ++node)
        runs.push_back(store::testing::Awaited<Learnt>::write(world.store(), [this](Session& s) {
            return learn_from_matches(s, world.context(), World::tenant, world.now(), world.now(),
                                      200);
        }));
    std::size_t counted = 0;
    for (auto& run : runs)
        counted += must(run.get()).matches;
    EXPECT_EQ(counted, 5U);
    EXPECT_EQ(only_profile().observed(), 5 * learn::one);
}

TEST_F(Learning, waits_until_a_match_can_no_longer_be_passed_over) {
    pay("p1", "ACMESHOP-2041", "ACMESHOP-2041");
    EXPECT_EQ(learn(60s).matches, 0U);
    world.clock().advance(61s);
    EXPECT_EQ(learn(60s).matches, 1U);
}

TEST_F(Learning, nothing_from_a_match_that_a_person_has_undone_and_all_from_money_that_went_back) {
    pay("p1", "ACMESHOP-2041-1", "ACMESHOP-2");
    pay("p2", "ACMESHOP-2041-2", "ACMESHOP-2");
    const auto undone = world.write<Result<DecisionResult>>([&](Session& s) {
        return undo(s, world.context(),
                    {World::tenant, std::nullopt, "key_1", "not theirs", world.now()},
                    world.match_of("p1")->id);
    });
    ASSERT_TRUE(undone.has_value());
    give_back("p2", "ACMESHOP-2");
    EXPECT_EQ(learn().matches, 2U);
    EXPECT_EQ(only_profile().observed(), learn::one);
}

TEST_F(Learning, other_nodes_are_notified_only_of_changes_to_their_plans) {
    for (int i = 0; i < 3; ++i)
        pay("p" + std::to_string(i), "ACMESHOP-2041-" + std::to_string(i), "ACMESHOP-2");
    EXPECT_TRUE(learn().plans_changed) << "cut at ten";
    EXPECT_EQ(book_rows().plans.front().length_max, 10);
    EXPECT_EQ(book_rows().banks.front().bank, "GB601613");
    EXPECT_EQ(book_rows().banks.front().institution, "monzo");
}

TEST_F(Learning, a_bank_that_everything_arrives_whole_from_is_looked_after_less) {
    auto row = store::ProfileRow{
        World::tenant, ProfileId{1}, {"monzo", "fps", "GB040401"}, {}, {}, "", world.now()};
    learn::Profile profile(world.now());
    learn::MatchedPair pair;
    pair.rank = 2;
    pair.payment.reference = pair.settlement.reference = "ACMESHOP20";
    pair.payment_reference = pair.settlement_reference = "ACMESHOP20";
    for (int i = 0; i < 1000; ++i)
        profile.observe(pair, world.now());
    row.state = profile.to_json();
    world.write<void>([&row](Session& s) { return store::put_profile(s, row); });
    pay("p1", "ACMESHOP-1", "ACMESHOP-1");
    EXPECT_TRUE(learn().plans_changed);
    const auto rare = book_rows().plans.front().rare;
    EXPECT_TRUE(rare.has(learn::Rare::cut));
    EXPECT_TRUE(rare.has(learn::Rare::extended));
    const bool changed = world.write<bool>(
        [this](Session& s) { return learn_cap(s, World::tenant, "GB040401", world.now()); });
    EXPECT_TRUE(changed);
    EXPECT_EQ(book_rows().caps.front().state, (learn::CapState{10, 10, world.now()}));
}

// Two nodes that both read the row before the other wrote.
TEST_F(Learning, the_length_that_all_nodes_probe_never_rises_whichever_node_writes_last) {
    const std::string receiver = "GB040401";
    for (const std::size_t cap : {std::size_t{18}, std::size_t{10}, std::size_t{15}, learn::no_cap})
        world.write<void>([&, cap](Session& s) {
            return store::put_cap(s, World::tenant, receiver, {cap, cap, world.now()});
        });
    EXPECT_EQ(book_rows().caps.front().state, (learn::CapState{learn::no_cap, 10, world.now()}));
}

TEST_F(Learning, seeds_are_kept_and_replaced) {
    for (const std::size_t length : {18U, 12U}) {
        const auto seeds = std::make_shared<const learn::Seeds>(
            learn::Seeds{{{"monzo", "fps", length}, {"starling", "", 9}}, 0});
        world.write<void>(
            [&](Session& s) { return accept_seeds(s, World::tenant, seeds, world.now()); });
    }
    ASSERT_EQ(book_rows().seeds.size(), 2U);
    EXPECT_EQ(book_rows().seeds.front().seed, (learn::Seed{"monzo", "fps", 12}));
}

class Plans : public ::testing::Test {
  protected:
    Plans() {
        learn::RareThings rare;
        rare.add(learn::Rare::cut);
        rows.plans.push_back({tenant, {"monzo", "fps", "GB040401"}, rare, 18});
        rows.caps.push_back({tenant, "GB040401", {18, 10, {}}});
        rows.banks.push_back({tenant, "GB601613", "monzo", 100 * learn::one});
        rows.banks.push_back({tenant, "GB200000", "monzo", 10 * learn::one});
        rows.banks.push_back({tenant, "GB200000", "other", 10 * learn::one});
        rows.seeds.push_back({tenant, {"monzo", "fps", 12}});
        rows.seeds.push_back({tenant, {"starling", "", 9}});
        book.load(rows, book.edition());
        payment.institution_id = "monzo";
        payment.scheme = "FasterPayments";
        payment.identity.account = "04040100057354";
        settlement.scheme = "FasterPayments";
        settlement.identity.account = "04040100057354";
        settlement.identity.other_account = "60161331926819";
        for (payment.id.value = 1; learn::is_shadow(keys.of(tenant), payment.id.value);)
            ++payment.id.value;
        settlement.id.value = payment.id.value;
    }

    static constexpr TenantId tenant{1};
    store::testing::ManualClock clock;
    TenantKeys keys{Secret("a master key for tests, 32 bytes")};
    bool is_up_to_date = true;
    ProfileCache book{keys, clock, [this] { return is_up_to_date; }};
    store::PlanBookRows rows;
    domain::Payment payment;
    domain::Settlement settlement;
};

TEST_F(Plans, are_of_the_institution_that_the_client_names_or_the_bank_is) {
    const auto with_cut = learn::KeyKinds::all();
    EXPECT_EQ(book.for_payment(tenant, payment).first, with_cut.without(learn::KeyKind::shorter));
    EXPECT_EQ(book.for_settlement(tenant, settlement).first,
              with_cut.without(learn::KeyKind::longer));
    EXPECT_EQ(book.for_payment(tenant, payment).stored_prefix_max, 18U);
    EXPECT_EQ(book.for_payment(tenant, payment).probed_prefix_max, 10U);
    payment.institution_id = "";
    EXPECT_TRUE(book.for_payment(tenant, payment).looks_at_all());
    payment.identity.other_account = "60161331926819";
    EXPECT_FALSE(book.for_payment(tenant, payment).looks_at_all());
    settlement.identity.other_account = "20000012345678"; // a bank of several institutions
    EXPECT_TRUE(book.for_settlement(tenant, settlement).looks_at_all());
    EXPECT_EQ(book.institution_at(tenant, "GB200000"), "bank:GB200000");
}

TEST_F(Plans, leave_the_shadow_share_alone) {
    while (!learn::is_shadow(keys.of(tenant), payment.id.value))
        ++payment.id.value;
    const learn::KeyPlan plan = book.for_payment(tenant, payment);
    EXPECT_TRUE(plan.looks_at_all());
    EXPECT_EQ(plan.stored_prefix_max, learn::no_cap);
    EXPECT_EQ(plan.probed_prefix_max, 10U) << "others' payments may be stored under no more";
}

TEST_F(Plans, are_cautious_while_the_book_may_be_old) {
    is_up_to_date = false;
    EXPECT_EQ(book.for_settlement(tenant, settlement), learn::cautious_plan());
    is_up_to_date = true;
    book.invalidate();
    EXPECT_EQ(book.for_settlement(tenant, settlement), learn::cautious_plan());
    const std::uint64_t edition = book.edition();
    book.invalidate(); // while it is read
    book.load(rows, edition);
    EXPECT_EQ(book.for_settlement(tenant, settlement), learn::cautious_plan());
    book.load(rows, book.edition());
    EXPECT_NE(book.for_settlement(tenant, settlement), learn::cautious_plan());
    EXPECT_EQ(book.for_settlement(TenantId{2}, settlement), learn::KeyPlan{})
        << "nothing is left out there";
}

TEST_F(Plans, a_learnt_length_goes_before_a_seeded_one) {
    const std::string_view account = "04040100057354";
    EXPECT_EQ(book.reference_length_max(tenant, "monzo", "fps", account), 18U);
    EXPECT_EQ(book.reference_length_max(tenant, "starling", "bacs", account), 9U);
    EXPECT_EQ(book.reference_length_max(tenant, "monzo", "bacs", account), std::nullopt);
    rows.plans.front().length_max.reset();
    book.load(rows, book.edition());
    EXPECT_EQ(book.reference_length_max(tenant, "monzo", "fps", account), 12U);
}

} // namespace
} // namespace settled::units
