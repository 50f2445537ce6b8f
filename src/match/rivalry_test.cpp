// Which candidate casts doubt on which winner: a case for each row of the table in choice.cpp,
// further cases, and what follows from candidates that were not searched or may not win.
#include "match/choice.h"
#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

using testing::money;
using enum Rank;

constexpr std::string_view id = "E2E0001";
constexpr std::string_view text = "ACMESHOP20"; // a cut of the next
constexpr std::string_view longer = "ACMESHOP2041";
constexpr std::int64_t usual = 1234;

struct Who {
    std::string_view end_to_end_id = "";
    std::string_view reference = "";
    std::string_view payer = "";
    std::string_view uetr = "";
    std::string_view name = "";
    std::int64_t minor = usual;
    bool single_use = false;
    int created_days_before = 0;

    MatchFields identity() const {
        MatchFields identity = testing::identity_of(
            {.end_to_end_id = end_to_end_id, .reference = reference, .payer = payer, .uetr = uetr});
        identity.other_name = name;
        identity.amount = money(minor);
        identity.single_use = single_use;
        identity.at = identity.at - std::chrono::days(created_days_before);
        if (minor != usual)
            identity.accepted_range = Bounds{.lowest = money(usual), .highest = money(usual)};
        return identity;
    }
};

struct Case {
    Who settlement;
    Who winner;
    Who rival;
    Rank winner_rank;
    Rank rival_rank;
};

// The settlement's two payments, in both orders.
std::vector<Choice> choices(const Case& row, Coverage seen = Coverage::complete,
                            const RuleSet& rules = standard_rules()) {
    const auto winner = row.winner.identity();
    const auto rival = row.rival.identity();
    std::vector<Choice> both;
    both.push_back(
        choose_payment(row.settlement.identity(), std::vector{winner, rival}, seen, rules));
    both.push_back(
        choose_payment(row.settlement.identity(), std::vector{rival, winner}, seen, rules));
    return both;
}

std::string name_of(const Case& row) {
    return std::string(token(row.winner_rank)) + " against " + std::string(token(row.rival_rank));
}

void expect_both(const Case& row, const Choice& choice, Outcome outcome) {
    EXPECT_EQ(choice.outcome, outcome) << name_of(row);
    ASSERT_EQ(choice.candidates.size(), 2U) << name_of(row);
    EXPECT_EQ(choice.candidates[0].rank, std::min(row.winner_rank, row.rival_rank)) << name_of(row);
    EXPECT_EQ(choice.candidates[1].rank, std::max(row.winner_rank, row.rival_rank)) << name_of(row);
}

void expect_winner(const Case& row, const Choice& choice) {
    EXPECT_EQ(choice.outcome, Outcome::one) << name_of(row);
    ASSERT_EQ(choice.candidates.size(), 1U) << name_of(row);
    EXPECT_EQ(choice.candidates[0].rank, row.winner_rank) << name_of(row);
}

constexpr Who single = {.single_use = true};
constexpr Who other_amount_by_id = {.end_to_end_id = id, .minor = 1300};
constexpr Who contradicted_by_id = {.end_to_end_id = id, .reference = "WRONG"};
constexpr Who other_amount_by_text = {.reference = text, .minor = 1300};

constexpr Case doubtful[] = {
    {{.uetr = "u"}, single, {.uetr = "u"}, single_use_account, uetr},
    {{.end_to_end_id = id}, single, {.end_to_end_id = id}, single_use_account, end_to_end_id},
    {{.end_to_end_id = id}, single, other_amount_by_id, single_use_account, end_to_end_id_only},
    {{.reference = id}, single, {.end_to_end_id = id}, single_use_account, crossed_ids},
    {{.reference = text, .payer = "P"},
     single,
     {.reference = text, .payer = "P"},
     single_use_account,
     reference_and_payer},
    {{.reference = text}, single, {.reference = text}, single_use_account, reference},
    {{.reference = text, .payer = "P"},
     single,
     {.reference = longer, .payer = "P"},
     single_use_account,
     reference_part_and_payer},
    {{.reference = text}, single, {.reference = longer}, single_use_account, reference_part},

    {{.end_to_end_id = id, .uetr = "u"}, {.uetr = "u"}, {.end_to_end_id = id}, uetr, end_to_end_id},
    {{.end_to_end_id = id, .uetr = "u"},
     {.uetr = "u"},
     other_amount_by_id,
     uetr,
     end_to_end_id_only},

    {{.end_to_end_id = id, .reference = text},
     contradicted_by_id,
     other_amount_by_id,
     end_to_end_id,
     end_to_end_id_only},
    {{.end_to_end_id = id, .reference = text},
     contradicted_by_id,
     {.reference = id},
     end_to_end_id,
     crossed_ids},
    {{.end_to_end_id = id}, {.end_to_end_id = id}, {.reference = id}, end_to_end_id, crossed_ids},
    {{.end_to_end_id = id, .reference = text, .payer = "P"},
     contradicted_by_id,
     {.reference = text, .payer = "P"},
     end_to_end_id,
     reference_and_payer},
    {{.end_to_end_id = id, .reference = text},
     contradicted_by_id,
     {.reference = text},
     end_to_end_id,
     reference},

    {{.end_to_end_id = id}, other_amount_by_id, {.reference = id}, end_to_end_id_only, crossed_ids},
    {{.end_to_end_id = id, .reference = text, .payer = "P"},
     other_amount_by_id,
     {.reference = text, .payer = "P"},
     end_to_end_id_only,
     reference_and_payer},
    {{.end_to_end_id = id, .reference = text},
     other_amount_by_id,
     {.reference = text},
     end_to_end_id_only,
     reference},
    {{.end_to_end_id = id, .reference = text, .payer = "P"},
     other_amount_by_id,
     {.reference = longer, .payer = "P"},
     end_to_end_id_only,
     reference_part_and_payer},
    {{.end_to_end_id = id, .reference = text},
     other_amount_by_id,
     {.reference = longer},
     end_to_end_id_only,
     reference_part},
    {{.end_to_end_id = id, .payer = "P"},
     other_amount_by_id,
     {.payer = "P"},
     end_to_end_id_only,
     payer},
    {{.end_to_end_id = id, .reference = text},
     other_amount_by_id,
     other_amount_by_text,
     end_to_end_id_only,
     reference_only},

    {{.reference = text, .payer = "P"},
     {.end_to_end_id = text},
     {.reference = text, .payer = "P"},
     crossed_ids,
     reference_and_payer},
    {{.reference = text}, {.end_to_end_id = text}, {.reference = text}, crossed_ids, reference},
    {{.reference = text, .payer = "P"},
     {.end_to_end_id = text},
     {.reference = longer, .payer = "P"},
     crossed_ids,
     reference_part_and_payer},
    {{.reference = text},
     {.end_to_end_id = text, .reference = text},
     {.reference = longer},
     crossed_ids,
     reference_part},

    {{.reference = text, .payer = "P"},
     {.reference = text, .payer = "P"},
     {.reference = text},
     reference_and_payer,
     reference},
    {{.reference = text, .payer = "P"},
     {.reference = text, .payer = "P"},
     {.reference = longer, .payer = "P"},
     reference_and_payer,
     reference_part_and_payer},
    {{.reference = text, .payer = "P"},
     {.reference = text, .payer = "P"},
     {.reference = longer},
     reference_and_payer,
     reference_part},

    {{.reference = text, .payer = "P"},
     {.reference = text},
     {.reference = longer, .payer = "P"},
     reference,
     reference_part_and_payer},
    {{.reference = text}, {.reference = text}, {.reference = longer}, reference, reference_part},

    {{.reference = text, .payer = "P"},
     {.reference = longer, .payer = "P"},
     {.reference = longer},
     reference_part_and_payer,
     reference_part},
    {{.reference = text, .payer = "P"},
     {.reference = longer, .payer = "P"},
     {.payer = "P"},
     reference_part_and_payer,
     payer},
    {{.reference = text, .payer = "P"},
     {.reference = longer},
     {.payer = "P"},
     reference_part,
     payer},
    {{.reference = text, .name = "ANNLEE"},
     {.reference = longer},
     {.name = "ANNLEE"},
     reference_part,
     name},

    {{.payer = "P", .name = "ANNLEE"}, {.payer = "P"}, {.name = "ANNLEE"}, payer, name},
    {{.payer = "P"}, {.payer = "P"}, {.reference = text}, payer, amount},
    {{.reference = text, .payer = "P"},
     {.payer = "P"},
     other_amount_by_text,
     payer,
     reference_only},
};

TEST(Rivalry, casts_doubt_on_a_winner) {
    for (const auto& row : doubtful)
        for (const auto& choice : choices(row))
            expect_both(row, choice, Outcome::ambiguous);
}

// Beginnings of references and contradicted ids: where it depends on the two, the other way round.
constexpr Case conditional[] = {
    {{.end_to_end_id = id, .reference = text},
     {.end_to_end_id = id},
     other_amount_by_id,
     end_to_end_id,
     end_to_end_id_only},
    {{.end_to_end_id = id, .reference = text},
     {.end_to_end_id = id, .reference = longer},
     {.reference = text},
     end_to_end_id,
     reference},
    {{.end_to_end_id = id, .reference = longer},
     {.end_to_end_id = id, .reference = longer},
     {.reference = id},
     end_to_end_id,
     crossed_ids},
    {{.end_to_end_id = id, .reference = text},
     contradicted_by_id,
     {.reference = longer},
     end_to_end_id,
     reference_part},
    {{.reference = longer},
     {.end_to_end_id = longer},
     {.reference = text},
     crossed_ids,
     reference_part},
    {{.reference = longer, .payer = "P"},
     {.reference = longer, .payer = "P"},
     {.reference = text, .payer = "P"},
     reference_and_payer,
     reference_part_and_payer},
    {{.reference = longer}, {.reference = longer}, {.reference = text}, reference, reference_part},
};
// Weaker evidence that a winner outranks.
constexpr Case outranked[] = {
    {{.reference = text, .uetr = "u"}, {.uetr = "u"}, {.reference = text}, uetr, reference},
    {{.reference = text, .uetr = "u"}, {.uetr = "u"}, {.end_to_end_id = text}, uetr, crossed_ids},
    {{.reference = text}, {.reference = text}, {}, reference, amount},
    {{.reference = text}, {.reference = text}, other_amount_by_text, reference, reference_only},
    {{.reference = text, .payer = "P"},
     {.reference = text, .payer = "P"},
     {.payer = "P"},
     reference_and_payer,
     payer},
    {{.reference = text}, {.reference = longer}, {}, reference_part, amount},
    {{.payer = "P"}, single, {.payer = "P"}, single_use_account, payer},
    {{}, single, {}, single_use_account, amount},
};

TEST(Rivalry, does_not_touch_a_winner_that_it_cannot_explain_away) {
    for (const auto& row : conditional)
        for (const auto& choice : choices(row))
            expect_winner(row, choice);
    for (const auto& row : outranked)
        for (const auto& choice : choices(row))
            expect_winner(row, choice);
}

TEST(Rivalry, of_crossed_ids_by_an_added_word_needs_a_contradiction) {
    const Case row = {{.end_to_end_id = "INV20411", .reference = longer},
                      {.reference = "INV20411"},
                      {.reference = text},
                      crossed_ids,
                      reference_part};
    for (const auto& choice : choices(row))
        expect_both(row, choice, Outcome::ambiguous);
}

TEST(Rivalry, is_by_a_stronger_candidate_that_may_only_be_suggested) {
    const Case late = {{.reference = text},
                       {.reference = longer},
                       {.reference = text, .created_days_before = 11},
                       reference_part,
                       reference};
    for (const auto& choice : choices(late))
        expect_both(late, choice, Outcome::ambiguous);
    const Case as_strong = {{.reference = text},
                            {.reference = text},
                            {.reference = text, .created_days_before = 11},
                            reference,
                            reference};
    for (const auto& choice : choices(as_strong))
        expect_both(as_strong, choice, Outcome::ambiguous);
    const Case weaker = {{.reference = longer},
                         {.reference = longer},
                         {.reference = text, .created_days_before = 11},
                         reference,
                         reference_part};
    for (const auto& choice : choices(weaker))
        expect_winner(weaker, choice);
}

TEST(Rivalry, a_candidate_that_may_only_be_suggested_never_wins) {
    const Case none_wins = {
        {.name = "ANNLEE"}, {.name = "ANNLEE"}, {.reference = text}, name, amount};
    for (const auto& choice : choices(none_wins))
        expect_both(none_wins, choice, Outcome::none);

    RuleSet careful;
    careful.policies[static_cast<std::size_t>(reference)] = Policy::suggest;
    const Case row = {
        {.reference = text}, {.reference = text}, {.reference = longer}, reference, reference_part};
    for (const auto& choice : choices(row, Coverage::complete, careful))
        expect_both(row, choice, Outcome::ambiguous);

    RuleSet narrow;
    narrow.policies[static_cast<std::size_t>(reference_part)] = Policy::off;
    for (const auto& choice : choices(row, Coverage::complete, narrow))
        expect_winner(row, choice);
}

// A search by keys alone has not seen the candidates that share only account and amount.
TEST(Rivalry, is_possible_by_what_keys_do_not_find) {
    constexpr std::string_view x = "WRONG"; // to be no rank with each other
    const Case decided[] = {
        {{.uetr = "u"}, {.uetr = "u"}, {.end_to_end_id = id}, uetr, amount},
        {{.end_to_end_id = id}, {.end_to_end_id = id}, {.reference = x}, end_to_end_id, amount},
        {{.end_to_end_id = id}, other_amount_by_id, {.reference = x}, end_to_end_id_only, amount},
        {{.reference = text}, {.end_to_end_id = text}, {}, crossed_ids, amount},
        {{.reference = text}, {.reference = text}, {}, reference, amount},
        {{.reference = text}, {.reference = longer}, {}, reference_part, amount},
        {{.reference = x}, single, {}, single_use_account, amount},
    };
    for (const auto& row : decided)
        for (const auto& choice : choices(row, Coverage::by_keys))
            expect_winner(row, choice);

    const Case undecided = {
        {.payer = "P"}, {.payer = "P"}, {.payer = "Q", .uetr = "u"}, payer, amount};
    for (const auto& choice : choices(undecided))
        expect_winner(undecided, choice);
    for (const auto& choice : choices(undecided, Coverage::by_keys)) {
        EXPECT_EQ(choice.outcome, Outcome::none);
        ASSERT_EQ(choice.candidates.size(), 1U);
        EXPECT_EQ(choice.candidates[0].rank, payer);
    }
}

TEST(Rivalry, a_truncated_search_leaves_only_matches_by_id) {
    for (const auto& row : doubtful)
        for (const auto& choice : choices(row, Coverage::truncated))
            EXPECT_EQ(choice.outcome, Outcome::ambiguous) << name_of(row);
    for (const auto& row : outranked)
        for (const auto& choice : choices(row, Coverage::truncated))
            EXPECT_EQ(choice.outcome, row.winner_rank == uetr ? Outcome::one : Outcome::ambiguous)
                << name_of(row);
}

} // namespace
} // namespace settled::match
