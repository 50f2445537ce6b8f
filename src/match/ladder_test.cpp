// What a rank may do: by the rule set, the rail's window, and what the payment said of its amount.
#include "match/ladder.h"

#include "match/testing.h"

#include <gtest/gtest.h>

#include <set>

namespace settled::match {
namespace {

using testing::Fields;
using testing::identity_of;
using testing::money;
using enum Policy;

// A settlement that has this rank with its payment, and no stronger one.
struct Example {
    Rank rank;
    Fields payment;
    Fields settlement;
    std::int64_t minor = 1234; // what arrived of 1234
    bool single_use = false;

    MatchFields payment_identity() const {
        MatchFields identity = identity_of(payment);
        identity.single_use = single_use;
        if (rank == Rank::reference_only)
            identity.accepted_range = Bounds{.lowest = money(1200), .highest = money(1300)};
        if (rank == Rank::name)
            identity.other_name = "ANNLEE";
        return identity;
    }
    MatchFields settlement_identity() const {
        MatchFields identity = identity_of(settlement);
        identity.amount.minor = minor;
        if (rank == Rank::name)
            identity.other_name = "ANNLEE";
        return identity;
    }
    Relation relation(const RuleSet& rules = standard_rules()) const {
        return relate(payment_identity(), settlement_identity(), rules);
    }
};

constexpr std::string_view id = "E2E-0001";
constexpr std::string_view text = "INV-2041-LONDON";

const std::array<Example, ranks>& examples() {
    static const std::array<Example, ranks> rows{{
        {Rank::single_use_account, {.reference = text}, {.reference = "WRONG"}, 77, true},
        {Rank::uetr, {.reference = text, .uetr = "u"}, {.reference = "WRONG", .uetr = "u"}},
        {Rank::end_to_end_id, {.end_to_end_id = id, .reference = text}, {.end_to_end_id = id}},
        {Rank::end_to_end_id_only, {.end_to_end_id = id}, {.end_to_end_id = id}, 1200},
        {Rank::crossed_ids, {.end_to_end_id = id, .reference = text}, {.reference = id}},
        {Rank::reference_and_payer,
         {.reference = text, .payer = "P"},
         {.reference = text, .payer = "P"}},
        {Rank::reference, {.reference = text}, {.reference = text, .payer = "P"}},
        {Rank::reference_part_and_payer,
         {.reference = text, .payer = "P"},
         {.reference = text.substr(0, 10), .payer = "P"}},
        {Rank::reference_part, {.reference = text}, {.reference = text.substr(0, 10)}},
        {Rank::payer, {.reference = text, .payer = "P"}, {.payer = "P"}},
        {Rank::name, {.reference = text}, {}},
        {Rank::amount, {.reference = text}, {}},
        {Rank::reference_only, {.reference = text}, {.reference = text}, 1250},
    }};
    return rows;
}

TEST(Ladder, each_rank_has_its_standard_policy) {
    constexpr std::array<Policy, ranks> policies{
        automatic, automatic, automatic, watermark, watermark, watermark, watermark,
        watermark, watermark, watermark, suggest,   suggest,   watermark};
    for (std::size_t i = 0; i < ranks; ++i) {
        const auto relation = examples()[i].relation();
        EXPECT_EQ(relation.rank, static_cast<Rank>(i)) << i;
        EXPECT_EQ(relation.veto, std::nullopt) << i;
        EXPECT_EQ(relation.policy, policies[i]) << i;
        EXPECT_EQ(relation.may_match(), policies[i] != suggest) << i;
    }
}

TEST(Ladder, a_rule_set_says_what_a_rank_may_do) {
    for (const Example& example : examples())
        for (const Policy policy : {automatic, watermark, suggest, off}) {
            RuleSet rules;
            rules.policies[static_cast<std::size_t>(example.rank)] = policy;
            const auto relation = example.relation(rules);
            if (policy == off) {
                EXPECT_EQ(relation.rank, std::nullopt) << token(example.rank);
                EXPECT_EQ(relation.veto, Veto::nothing_in_common) << token(example.rank);
                EXPECT_FALSE(relation.may_match()) << token(example.rank);
            } else {
                EXPECT_EQ(relation.rank, example.rank);
                EXPECT_EQ(relation.policy, policy) << token(example.rank);
            }
        }
}

// A rank that is off is not replaced by a weaker one: what was switched off would come back.
TEST(Ladder, a_rank_that_is_off_leaves_nothing) {
    RuleSet rules;
    rules.policies[static_cast<std::size_t>(Rank::reference_and_payer)] = off;
    const auto both = identity_of({.reference = text, .payer = "P"});
    EXPECT_EQ(relate(both, both, rules).veto, Veto::nothing_in_common);
    EXPECT_EQ(relate(identity_of({.reference = text}), both, rules).rank, Rank::reference);
}

TEST(Ladder, vetoes_are_no_settings) {
    RuleSet rules;
    rules.policies.fill(automatic);
    for (const Example& example : examples()) {
        auto settlement = example.settlement_identity();
        settlement.account = "OTHER";
        EXPECT_EQ(relate(example.payment_identity(), settlement, rules).veto,
                  Veto::account_differs);
        settlement = example.settlement_identity();
        settlement.at = settlement.at - std::chrono::hours(1);
        EXPECT_EQ(relate(example.payment_identity(), settlement, rules).veto,
                  Veto::created_after_settlement);
    }
}

bool is_bound_to_a_window(Rank rank) {
    return rank >= Rank::reference_and_payer;
}

TEST(Ladder, beyond_its_rail_s_window_money_is_only_a_suggestion_unless_an_id_agrees) {
    for (std::size_t i = 0; i < rails; ++i)
        for (const Example& example : examples()) {
            const auto payment = example.payment_identity();
            auto settlement = example.settlement_identity();
            settlement.rail = static_cast<Rail>(i);
            const auto in_time = example.relation().policy;
            settlement.at = payment.at + standard_rules().window(settlement.rail);
            EXPECT_EQ(relate(payment, settlement).policy, in_time) << token(example.rank);
            settlement.at = settlement.at + std::chrono::microseconds(1);
            EXPECT_EQ(relate(payment, settlement).policy,
                      is_bound_to_a_window(example.rank) ? suggest : in_time)
                << token(example.rank) << ' ' << token(settlement.rail);
            EXPECT_EQ(relate(payment, settlement).rank, example.rank);
        }
}

TEST(Ladder, the_rail_is_the_settlement_s_else_the_payment_s) {
    auto payment = identity_of({.reference = text});
    auto settlement = payment;
    settlement.at = payment.at + std::chrono::days(12);
    struct Case {
        Rail payment;
        Rail settlement;
        Policy policy;
    };
    const Case cases[] = {
        {Rail::unknown, Rail::unknown, suggest},
        {Rail::swift, Rail::unknown, watermark},
        {Rail::unknown, Rail::swift, watermark},
        {Rail::faster_payments, Rail::swift, watermark},
        {Rail::swift, Rail::faster_payments, suggest},
    };
    for (const auto& row : cases) {
        payment.rail = row.payment;
        settlement.rail = row.settlement;
        EXPECT_EQ(relate(payment, settlement).policy, row.policy)
            << token(row.payment) << ' ' << token(row.settlement);
    }
    RuleSet patient;
    patient.windows.fill(std::chrono::days(30));
    EXPECT_EQ(relate(payment, settlement, patient).policy, watermark);
}

TEST(Ladder, an_amount_that_differs_must_be_explained) {
    const Bounds pounds{.lowest = money(1200), .highest = money(1234)};
    const Bounds euros{.lowest = money(1400, "EUR"), .highest = money(1500, "EUR")};
    const Fields reference = {.reference = text};
    const Fields cut = {.reference = "INV2041LON"};
    const Fields too_short = {.reference = "INV2041LO"};
    const Fields with_id = {.end_to_end_id = id, .reference = text};
    const Fields id_alone = {.end_to_end_id = id};
    const Fields other_reference = {.end_to_end_id = id, .reference = "WRONG"};
    struct Case {
        std::string_view name;
        std::optional<Bounds> accepted_range;
        Fields settlement;
        Money arrived;
        std::optional<Rank> rank;
        Policy policy;
    };
    const Case cases[] = {
        {"equal, whatever the bounds", euros, reference, money(1234), Rank::reference, watermark},
        {"lowest", pounds, reference, money(1200), Rank::reference_only, watermark},
        {"below", pounds, reference, money(1199), Rank::reference_only, suggest},
        {"above", pounds, reference, money(1235), Rank::reference_only, suggest},
        {"no bounds", {}, reference, money(1200), Rank::reference_only, suggest},
        {"exchanged, lowest", euros, reference, money(1400, "EUR"), Rank::reference_only,
         watermark},
        {"exchanged, highest", euros, reference, money(1500, "EUR"), Rank::reference_only,
         watermark},
        {"exchanged, above", euros, reference, money(1501, "EUR"), Rank::reference_only, suggest},
        {"exchanged, not said", pounds, reference, money(1400, "EUR"), Rank::reference_only,
         suggest},
        {"bounds of another currency say nothing", euros, reference, money(1400),
         Rank::reference_only, suggest},
        {"cut at 10", pounds, cut, money(1210), Rank::reference_only, watermark},
        {"cut at 9: too little to look under", pounds, too_short, money(1210), std::nullopt, off},
        {"no reference left", pounds, {}, money(1210), std::nullopt, off},
        {"by id", {}, with_id, money(1), Rank::end_to_end_id_only, watermark},
        {"by id, more", {}, with_id, money(1235), Rank::end_to_end_id_only, watermark},
        {"by id alone", {}, id_alone, money(1), Rank::end_to_end_id_only, watermark},
        {"by id, but another reference",
         {},
         other_reference,
         money(1200),
         Rank::end_to_end_id_only,
         suggest},
        {"by id, exchanged as said", euros, with_id, money(1450, "EUR"), Rank::end_to_end_id_only,
         watermark},
        {"by id, exchanged otherwise", euros, with_id, money(1550, "EUR"), Rank::end_to_end_id_only,
         suggest},
    };
    for (const auto& row : cases) {
        auto payment = identity_of(with_id);
        payment.accepted_range = row.accepted_range;
        auto settlement = identity_of(row.settlement);
        settlement.amount = row.arrived;
        const auto relation = relate(payment, settlement);
        EXPECT_EQ(relation.rank, row.rank) << row.name;
        EXPECT_EQ(relation.veto, row.rank ? std::nullopt : std::optional(Veto::amount_differs))
            << row.name;
        EXPECT_EQ(relation.policy, row.policy) << row.name;
    }
}

TEST(Ladder, an_account_for_single_use_takes_any_amount_of_its_currency) {
    auto payment = identity_of({.reference = text});
    payment.single_use = true;
    auto settlement = identity_of({.reference = "WRONG"});
    for (const std::int64_t minor : {1, 1234, 999'999}) {
        settlement.amount.minor = minor;
        EXPECT_EQ(relate(payment, settlement).rank, Rank::single_use_account);
        EXPECT_EQ(relate(payment, settlement).policy, automatic);
    }
    settlement.amount = money(1234, "EUR");
    EXPECT_EQ(relate(payment, settlement).policy, suggest);
    payment.accepted_range = Bounds{.lowest = money(1200, "EUR"), .highest = money(1300, "EUR")};
    EXPECT_EQ(relate(payment, settlement).policy, automatic);
    settlement.other_account = "Q";
    payment.other_account = "P";
    EXPECT_EQ(relate(payment, settlement).veto, Veto::payer_differs);
}

TEST(Ladder, tokens_name_ranks_and_are_what_events_and_logs_say) {
    constexpr std::array<std::string_view, ranks> tokens{"single_use_account",
                                                         "uetr+account+amount",
                                                         "e2e+account+amount",
                                                         "e2e+account",
                                                         "crossed_ids+account+amount",
                                                         "reference+payer+account+amount",
                                                         "reference+account+amount",
                                                         "reference_part+payer+account+amount",
                                                         "reference_part+account+amount",
                                                         "payer+account+amount",
                                                         "name+account+amount",
                                                         "account+amount",
                                                         "reference+account"};
    for (std::size_t i = 0; i < ranks; ++i) {
        EXPECT_EQ(token(static_cast<Rank>(i)), tokens[i]);
        EXPECT_EQ(rank_named(tokens[i]), static_cast<Rank>(i));
    }
    EXPECT_EQ(rank_named("reference"), std::nullopt);
    EXPECT_EQ(rank_named(""), std::nullopt);
    EXPECT_EQ(token(Veto::nothing_in_common), "nothing_in_common");
    EXPECT_EQ(token(watermark), "watermark");
}

} // namespace
} // namespace settled::match
