// choose_payment() and choose_settlement(): when one candidate is enough, and when it is not. Every
// row is an example of docs/matching.md or its mirror image.
#include "match/choice.h"
#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

using testing::Fields;
using testing::identity_of;
using enum Rank;

struct Case {
    std::string_view name;
    Fields self;
    std::vector<Fields> others;
    Outcome outcome;
    std::vector<Candidate> candidates;
    bool overflow = false;
};

std::vector<MatchFields> identities_of(const std::vector<Fields>& raw) {
    std::vector<MatchFields> all;
    for (const auto& fields : raw)
        all.push_back(identity_of(fields));
    return all;
}

using enum Outcome;

// The same verdict from both sides: nothing here is cut or extended.
TEST(Choice, equal_fields_decide_alike_from_both_sides) {
    const Case cases[] = {
        {"nobody", {.reference = "INV-2041"}, {}, none, {}},
        {"a stranger", {.reference = "INV-2041"}, {{.reference = "INV-2042"}}, none, {}},
        {"nothing to go by but the amount is a suggestion",
         {},
         {{.reference = "INV-2041"}, {}},
         none,
         {{0, amount}, {1, amount}}},
        {"the only one",
         {.reference = "INV-2041"},
         {{.reference = "INV-2042"}, {.reference = "INV-2041"}},
         one,
         {{1, reference}}},
        {"twins",
         {.reference = "INV-2041"},
         {{.reference = "INV-2041"}, {.reference = "INV-2041"}},
         ambiguous,
         {{0, reference}, {1, reference}}},
        {"twins by end-to-end id; the reference does not break the tie",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
         {{.end_to_end_id = "E2E-0001"}, {.end_to_end_id = "E2E-0001", .reference = "INV-2041"}},
         ambiguous,
         {{0, end_to_end_id}, {1, end_to_end_id}}},
        {"twins by UETR",
         {.uetr = "u-1"},
         {{.uetr = "u-1"}, {.uetr = "u-1"}},
         ambiguous,
         {{0, uetr}, {1, uetr}}},
        {"the end-to-end id tells equal references apart",
         {.end_to_end_id = "E2E-0001", .reference = "RENT"},
         {{.reference = "RENT"}, {.end_to_end_id = "E2E-0001", .reference = "RENT"}},
         one,
         {{1, end_to_end_id}}},
        {"so it does by contradiction",
         {.end_to_end_id = "E2E-0001", .reference = "RENT"},
         {{.end_to_end_id = "E2E-0002", .reference = "RENT"}, {.reference = "RENT"}},
         one,
         {{1, reference}}},
        {"end-to-end id of one, reference of another",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
         {{.end_to_end_id = "E2E-0001", .reference = "INV-2042"}, {.reference = "INV-2041"}},
         ambiguous,
         {{0, end_to_end_id}, {1, reference}}},
        {"end-to-end id of one, reference and payer of another",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041", .payer = "P"},
         {{.reference = "INV-2041", .payer = "P"},
          {.end_to_end_id = "E2E-0001", .reference = "INV-2042"}},
         ambiguous,
         {{1, end_to_end_id}, {0, reference_and_payer}}},
        {"an unreferenced end-to-end id is not contradicted",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
         {{.end_to_end_id = "E2E-0001"}, {.reference = "INV-2041"}},
         one,
         {{0, end_to_end_id}}},
        {"a contradicted end-to-end id without another claimant stands",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
         {{.end_to_end_id = "E2E-0001", .reference = "INV-2042"}},
         one,
         {{0, end_to_end_id}}},
        {"UETR of one, end-to-end id of another",
         {.end_to_end_id = "E2E-0001", .uetr = "u-1"},
         {{.end_to_end_id = "E2E-0001"}, {.uetr = "u-1"}},
         ambiguous,
         {{1, uetr}, {0, end_to_end_id}}},
        {"UETR of one, reference of another",
         {.reference = "INV-2041", .uetr = "u-1"},
         {{.reference = "INV-2041"}, {.reference = "INV-2042", .uetr = "u-1"}},
         one,
         {{1, uetr}}},
        {"the payer tells equal references apart by contradiction",
         {.reference = "RENT", .payer = "P"},
         {{.reference = "RENT", .payer = "Q"}, {.reference = "RENT", .payer = "P"}},
         one,
         {{1, reference_and_payer}}},
        {"an unknown payer may be the right one",
         {.reference = "RENT", .payer = "P"},
         {{.reference = "RENT"}, {.reference = "RENT", .payer = "P"}},
         ambiguous,
         {{1, reference_and_payer}, {0, reference}}},
        {"two of the same payer",
         {.reference = "RENT", .payer = "P"},
         {{.reference = "RENT", .payer = "P"}, {.reference = "RENT", .payer = "P"}},
         ambiguous,
         {{0, reference_and_payer}, {1, reference_and_payer}}},
    };
    for (const auto& row : cases) {
        const auto self = identity_of(row.self);
        const auto others = identities_of(row.others);
        for (const auto& choice : {choose_payment(self, others, Coverage::complete),
                                   choose_settlement(self, others, Coverage::complete)}) {
            EXPECT_EQ(choice.outcome, row.outcome) << row.name;
            EXPECT_EQ(choice.candidates, row.candidates) << row.name;
        }
    }
}

TEST(Choice, a_settlement_s_reference_may_be_a_cut_one) {
    const Case cases[] = {
        {"cut, and only one begins so",
         {.reference = "ACME SHOP ORDER 20"},
         {{.reference = "ACME SHOP ORDER 20417"}, {.reference = "ACME SHOP ORDER 30417"}},
         one,
         {{0, reference_part}}},
        {"equal in the first 8",
         {.reference = "ACMESHOP"},
         {{.reference = "ACMESHOP1"}, {.reference = "ACMESHOP2"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
        {"equal in the first 10",
         {.reference = "ACMESHOP20"},
         {{.reference = "ACMESHOP2041"}, {.reference = "ACMESHOP2042"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
        {"equal in the first 15",
         {.reference = "ACMESHOPORDER20"},
         {{.reference = "ACMESHOPORDER2041"}, {.reference = "ACMESHOPORDER2042"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
        {"one exact, one that a cut makes equal",
         {.reference = "ACMESHOP20"},
         {{.reference = "ACMESHOP2041"}, {.reference = "ACMESHOP20"}},
         ambiguous,
         {{1, reference}, {0, reference_part}}},
        {"the same with the payer known of the exact one",
         {.reference = "ACMESHOP20", .payer = "P"},
         {{.reference = "ACMESHOP2041"}, {.reference = "ACMESHOP20", .payer = "P"}},
         ambiguous,
         {{1, reference_and_payer}, {0, reference_part}}},
        {"the same with the payer known of the longer one",
         {.reference = "ACMESHOP20", .payer = "P"},
         {{.reference = "ACMESHOP2041", .payer = "P"}, {.reference = "ACMESHOP20"}},
         ambiguous,
         {{1, reference}, {0, reference_part_and_payer}}},
        {"the longer one is another payer's",
         {.reference = "ACMESHOP20", .payer = "P"},
         {{.reference = "ACMESHOP2041", .payer = "Q"}, {.reference = "ACMESHOP20"}},
         one,
         {{1, reference}}},
        {"one exact, one shorter: no cut makes it longer",
         {.reference = "ACMESHOP2041"},
         {{.reference = "ACMESHOP20"}, {.reference = "ACMESHOP2041"}},
         one,
         {{1, reference}}},
        {"the shorter one has the payer",
         {.reference = "ACMESHOP2041", .payer = "P"},
         {{.reference = "ACMESHOP20", .payer = "P"}, {.reference = "ACMESHOP2041"}},
         ambiguous,
         {{1, reference}, {0, reference_part_and_payer}}},
        {"extended, two of different length",
         {.reference = "ACMESHOP2041"},
         {{.reference = "ACMESHOP20"}, {.reference = "ACMESHOP"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
        {"payer of one beginning, not of the other",
         {.reference = "ACMESHOP", .payer = "P"},
         {{.reference = "ACMESHOP1", .payer = "P"}, {.reference = "ACMESHOP2"}},
         ambiguous,
         {{0, reference_part_and_payer}, {1, reference_part}}},
        {"the other beginning is another payer's",
         {.reference = "ACMESHOP", .payer = "P"},
         {{.reference = "ACMESHOP1", .payer = "P"}, {.reference = "ACMESHOP2", .payer = "Q"}},
         one,
         {{0, reference_part_and_payer}}},
        {"the end-to-end id overrides a beginning",
         {.end_to_end_id = "E2E-0001", .reference = "ACMESHOP"},
         {{.end_to_end_id = "E2E-0001", .reference = "ACMESHOP1"}, {.reference = "ACMESHOP2"}},
         one,
         {{0, end_to_end_id}}},
    };
    for (const auto& row : cases) {
        const auto choice =
            choose_payment(identity_of(row.self), identities_of(row.others), Coverage::complete);
        EXPECT_EQ(choice.outcome, row.outcome) << row.name;
        EXPECT_EQ(choice.candidates, row.candidates) << row.name;
    }
}

TEST(Choice, a_payment_asks_which_settlement_is_its_own_whole_or_cut) {
    const Case cases[] = {
        {"cut, and only one",
         {.reference = "ACME SHOP ORDER 20417"},
         {{.reference = "ACME SHOP ORDER 20"}, {.reference = "ACME SHOP ORDER 30"}},
         one,
         {{0, reference_part}}},
        {"cut twice",
         {.reference = "ACMESHOP2041"},
         {{.reference = "ACMESHOP20"}, {.reference = "ACMESHOP"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
        {"one exact, one that is a cut of it",
         {.reference = "ACMESHOP2041"},
         {{.reference = "ACMESHOP20"}, {.reference = "ACMESHOP2041"}},
         ambiguous,
         {{1, reference}, {0, reference_part}}},
        {"one exact, one longer: that is a longer payment's",
         {.reference = "ACMESHOP20"},
         {{.reference = "ACMESHOP2041"}, {.reference = "ACMESHOP20"}},
         one,
         {{1, reference}}},
        {"the longer one has the payer",
         {.reference = "ACMESHOP20", .payer = "P"},
         {{.reference = "ACMESHOP2041", .payer = "P"}, {.reference = "ACMESHOP20"}},
         ambiguous,
         {{1, reference}, {0, reference_part_and_payer}}},
        {"one cut, one extended",
         {.reference = "ACMESHOP20"},
         {{.reference = "ACMESHOP"}, {.reference = "ACMESHOP2041"}},
         ambiguous,
         {{0, reference_part}, {1, reference_part}}},
    };
    for (const auto& row : cases) {
        const auto choice =
            choose_settlement(identity_of(row.self), identities_of(row.others), Coverage::complete);
        EXPECT_EQ(choice.outcome, row.outcome) << row.name;
        EXPECT_EQ(choice.candidates, row.candidates) << row.name;
    }
}

TEST(Choice, a_payment_that_was_not_searched_may_be_a_rival) {
    const Fields full = {
        .end_to_end_id = "E2E-0001", .reference = "INV-2041", .payer = "P", .uetr = "u-1"};
    const Case cases[] = {
        {"nobody seen", full, {}, ambiguous, {}},
        {"UETR", full, {{.reference = "INV-2042", .uetr = "u-1"}}, one, {{0, uetr}}},
        {"end-to-end id",
         full,
         {{.end_to_end_id = "E2E-0001"}, {.reference = "INV-2041"}},
         one,
         {{0, end_to_end_id}}},
        {"end-to-end id, reference different",
         full,
         {{.end_to_end_id = "E2E-0001", .reference = "INV-2042"}},
         ambiguous,
         {{0, end_to_end_id}}},
        {"reference and payer",
         full,
         {{.reference = "INV-2041", .payer = "P"}},
         ambiguous,
         {{0, reference_and_payer}}},
        {"reference", full, {{.reference = "INV-2041"}}, ambiguous, {{0, reference}}},
        {"twins by UETR",
         full,
         {{.uetr = "u-1"}, {.uetr = "u-1"}},
         ambiguous,
         {{0, uetr}, {1, uetr}}},
    };
    for (const auto& row : cases) {
        const auto self = identity_of(row.self);
        const auto others = identities_of(row.others);
        for (const auto& choice : {choose_payment(self, others, Coverage::truncated),
                                   choose_settlement(self, others, Coverage::truncated)}) {
            EXPECT_EQ(choice.outcome, row.outcome) << row.name;
            EXPECT_EQ(choice.candidates, row.candidates) << row.name;
        }
    }
}

std::vector<std::string_view> reasons_of(const Choice& choice) {
    std::vector<std::string_view> reasons;
    for (const Candidate& candidate : choice.candidates)
        reasons.push_back(candidate.reject_reason ? token(*candidate.reject_reason) : "taken");
    return reasons;
}

// The whole of one, by its reference alone, or a part of what its payer owes under that reference?
TEST(Choice,
     a_second_debt_under_the_same_reference_casts_doubt_on_a_match_by_that_reference_alone) {
    for (const Fields& whole : {Fields{.reference = "MEMBERSHIP"}, Fields{.reference = "RENT"},
                                Fields{.end_to_end_id = "MEMBERSHIP", .reference = "MEMBERSHIP"},
                                Fields{.reference = "MEMBERSHIP 2027"}}) {
        const MatchFields settlement =
            identity_of({.reference = whole.reference.substr(0, 10), .payer = "PAYER"});
        MatchFields owed = settlement;
        owed.amount = testing::money(2 * settlement.amount.minor);
        const auto outcome = [&](const MatchFields& other) {
            const std::vector<MatchFields> payments{identity_of(whole), other};
            return choose_payment(settlement, payments, Coverage::complete).outcome;
        };
        EXPECT_EQ(outcome(owed), Outcome::ambiguous) << whole.reference;
        MatchFields by_another = owed;
        by_another.other_account = "SOMEBODY";
        EXPECT_EQ(outcome(by_another), Outcome::one) << whole.reference;
        by_another.other_account.clear();
        EXPECT_EQ(outcome(by_another), Outcome::one) << whole.reference;
    }
}

TEST(Choice, says_why_each_candidate_was_rejected) {
    struct Row {
        std::string_view name;
        Fields self;
        std::vector<Fields> others;
        Coverage seen;
        std::vector<std::string_view> reasons;
    };
    const Row rows[] = {
        {"the only one",
         {.reference = "INV-2041"},
         {{.reference = "INV-2041"}},
         Coverage::complete,
         {"taken"}},
        {"twins",
         {.reference = "INV-2041"},
         {{.reference = "INV-2041"}, {.reference = "INV-2041"}},
         Coverage::complete,
         {"rival_of_same_rank", "rival_of_same_rank"}},
        {"end-to-end id of one, reference of another",
         {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
         {{.end_to_end_id = "E2E-0001", .reference = "INV-2042"}, {.reference = "INV-2041"}},
         Coverage::complete,
         {"rival_casts_doubt", "weaker_rank"}},
        {"nothing but the amount", {}, {{}}, Coverage::complete, {"only_suggested"}},
        {"many, of which some were looked at",
         {.reference = "INV-20417"},
         {{.reference = "INV-20417"}, {.reference = "INV-20417 LONDON"}},
         Coverage::truncated,
         {"not_all_compared", "weaker_rank"}},
        {"a tie among some of many",
         {.reference = "INV-2041"},
         {{.reference = "INV-2041"}, {.reference = "INV-2041"}},
         Coverage::truncated,
         {"rival_of_same_rank", "rival_of_same_rank"}},
    };
    for (const Row& row : rows)
        EXPECT_EQ(
            reasons_of(choose_payment(identity_of(row.self), identities_of(row.others), row.seen)),
            row.reasons)
            << row.name;
}

TEST(Choice, says_why_the_payment_did_not_choose_its_settlement) {
    struct Row {
        std::string_view name;
        Fields payment;
        std::vector<Fields> settlements; // the first is the one that chose the payment
        Coverage seen;
        std::string_view reason;
    };
    const Row rows[] = {
        {"the only one",
         {.reference = "RENT"},
         {{.reference = "RENT"}},
         Coverage::complete,
         "taken"},
        {"two alike",
         {.reference = "RENT"},
         {{.reference = "RENT"}, {.reference = "RENT"}},
         Coverage::complete,
         "settlement_not_unique"},
        {"another has its end-to-end id",
         {.end_to_end_id = "E2E-0001", .reference = "RENT"},
         {{.reference = "RENT"}, {.end_to_end_id = "E2E-0001", .reference = "RENT"}},
         Coverage::complete,
         "another_settlement_fits_better"},
        {"the best, in doubt",
         {.end_to_end_id = "E2E-0001", .reference = "RENT"},
         {{.end_to_end_id = "E2E-0001", .reference = "RATES"}, {.reference = "RENT"}},
         Coverage::complete,
         "settlement_not_unique"},
        {"what casts the doubt",
         {.end_to_end_id = "E2E-0001", .reference = "RENT"},
         {{.reference = "RENT"}, {.end_to_end_id = "E2E-0001", .reference = "RATES"}},
         Coverage::complete,
         "another_settlement_fits_better"},
        {"one of many",
         {.reference = "RENT"},
         {{.reference = "RENT"}},
         Coverage::truncated,
         "not_all_compared"},
    };
    for (const Row& row : rows) {
        const auto choice =
            choose_settlement(identity_of(row.payment), identities_of(row.settlements), row.seen);
        const auto reason = counterpart_rejection(choice, 0);
        EXPECT_EQ(reason ? token(*reason) : "taken", row.reason) << row.name;
    }
}

TEST(Choice, remembers_what_a_candidate_was_compared_by) {
    const auto choice = choose_payment(
        identity_of({.reference = "INV-2041", .payer = "P"}),
        identities_of({{.reference = "INV-2041"}, {.reference = "INV-2041"}}), Coverage::complete);
    ASSERT_EQ(choice.candidates.size(), 2);
    EXPECT_EQ(choice.candidates[1].comparison.reference, References::equal);
    EXPECT_EQ(choice.candidates[1].comparison.payer, Ids::absent);
}

} // namespace
} // namespace settled::match
