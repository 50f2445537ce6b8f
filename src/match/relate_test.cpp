// relate(): which rank each known change by a bank leaves, and what nothing can overcome.
#include "base/iban.h"
#include "match/choice.h"
#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

using testing::bare;
using testing::Fields;
using testing::identity_of;
using enum Rank;

struct Mutation {
    std::string_view name;
    Fields payment;
    Fields settlement;
    std::optional<Rank> rank;
};

constexpr std::string_view long_reference = "ACME Shop, order 20417-London EC1V 9BD 0099";

constexpr Mutation mutations[] = {
    {"untouched",
     {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
     {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
     end_to_end_id},
    {"untouched, no end-to-end id",
     {.reference = "INV-2041"},
     {.reference = "INV-2041"},
     reference},
    {"cut at 18 (Faster Payments)",
     {.reference = long_reference},
     {.reference = long_reference.substr(0, 18)},
     reference_part},
    {"cut at 25",
     {.reference = long_reference},
     {.reference = long_reference.substr(0, 25)},
     reference_part},
    {"cut at 31",
     {.reference = long_reference},
     {.reference = long_reference.substr(0, 31)},
     reference_part},
    {"cut at 35",
     {.reference = long_reference},
     {.reference = long_reference.substr(0, 35)},
     reference_part},
    {"cut at 15",
     {.reference = long_reference},
     {.reference = long_reference.substr(0, 15)},
     reference_part},
    {"cut at 15 and marked BGC",
     {.reference = long_reference},
     {.reference = "ACME Shop, orde BGC"},
     reference_part},
    {"marked BGC", {.reference = "INV-2041"}, {.reference = "INV-2041 BGC"}, reference},
    {"BGC run into it", {.reference = "INV-20411"}, {.reference = "INV-20411BGC"}, reference_part},
    {"cut at 18, payer known",
     {.reference = long_reference, .payer = "P"},
     {.reference = long_reference.substr(0, 18), .payer = "P"},
     reference_part_and_payer},
    {"cut by the initiator, whole at the bank",
     {.reference = "Account Funding 99"},
     {.reference = "Account Funding 99744"},
     reference_part},
    {"cut below eight", {.reference = "INV-2041-A"}, {.reference = "INV-2041"}, std::nullopt},
    {"blanked by the profanity filter",
     {.end_to_end_id = "E2E-0001", .reference = "Scunthorpe 7"},
     {.end_to_end_id = "E2E-0001"},
     end_to_end_id},
    {"blanked, no end-to-end id",
     {.reference = "Scunthorpe 7", .payer = "P"},
     {.payer = "P"},
     payer},
    {"upper-cased", {.reference = "Inv-2041a"}, {.reference = "INV-2041A"}, reference},
    {"punctuation became spaces",
     {.reference = "INV#2041/a_b"},
     {.reference = "INV 2041 a b"},
     reference},
    {"spaces collapsed and cut at 18",
     {.reference = "Acme   order   20417 London"},
     {.reference = "Acme order 20417 L"},
     reference_part},
    {"trimmed", {.reference = "  INV-2041 "}, {.reference = "INV-2041"}, reference},
    {"accents lost", {.reference = "Café Zoë 7"}, {.reference = "CAFE ZOE 7"}, reference},
    {"payer's name before it",
     {.reference = "For herbs"},
     {.reference = "Payment from Hermione Grainger: For herbs"},
     reference},
    {"code word before it", {.reference = "INV-2041"}, {.reference = "/ROC/INV-2041"}, reference},
    {"end-to-end id cut at 31",
     {.end_to_end_id = "0123456789ABCDEFGHIJ0123456789WXYZ1"},
     {.end_to_end_id = "0123456789ABCDEFGHIJ0123456789W"},
     end_to_end_id},
    {"hyphenated end-to-end id cut at 31",
     {.end_to_end_id = "a9582f8e-08be-4cca-9f01-1ad3be96532"},
     {.end_to_end_id = "a9582f8e-08be-4cca-9f01-1ad3be9"},
     end_to_end_id},
    {"end-to-end id NOTPROVIDED",
     {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
     {.end_to_end_id = "NOTPROVIDED", .reference = "INV-2041"},
     reference},
    {"both ids NOTPROVIDED",
     {.end_to_end_id = "NOTPROVIDED", .reference = "Herbs"},
     {.end_to_end_id = "NOT PROVIDED", .reference = "Shoes"},
     std::nullopt},
    {"both references a dash", {.reference = "-"}, {.reference = "-"}, amount},
    {"CHAPS instruction id in its place",
     {.end_to_end_id = "E2E-0001", .reference = "INV-2041"},
     {.end_to_end_id = "II-2023021500", .reference = "INV-2041"},
     reference},
    {"end-to-end id of five", {.end_to_end_id = "E2E01"}, {.end_to_end_id = "E2E01"}, amount},
    {"end-to-end id of six",
     {.end_to_end_id = "E2E001"},
     {.end_to_end_id = "E2E001"},
     end_to_end_id},
    {"UETR survived",
     {.reference = "INV-2041", .uetr = "u-1"},
     {.reference = "INV 20", .uetr = "u-1"},
     uetr},
    {"reference and payer",
     {.reference = "INV-2041", .payer = "P"},
     {.reference = "INV-2041", .payer = "P"},
     reference_and_payer},
    {"payer alone", {.payer = "P"}, {.payer = "P"}, payer},
    {"reference in the end-to-end slot",
     {.reference = "INV-2041"},
     {.end_to_end_id = "INV-2041"},
     crossed_ids},
    {"long reference in the end-to-end slot, cut at 31",
     {.end_to_end_id = "E2E-0001", .reference = long_reference},
     {.end_to_end_id = long_reference.substr(0, 31)},
     crossed_ids},
    {"end-to-end id in the reference's slot",
     {.end_to_end_id = "E2E-0001", .reference = "Herbs"},
     {.reference = "/ROC/E2E-0001"},
     crossed_ids},
    {"a short one in the other's slot", {.end_to_end_id = "E2E01"}, {.reference = "E2E01"}, amount},
    {"beginning cut off",
     {.reference = "ACME INV-20417"},
     {.reference = "INV-20417"},
     reference_part},
    {"beginning cut off, payer known",
     {.reference = "ACME INV-20417", .payer = "P"},
     {.reference = "INV-20417", .payer = "P"},
     reference_part_and_payer},
    {"an unknown word before it",
     {.reference = "INV-20417"},
     {.reference = "CREDIT INV-20417"},
     reference_part},
    {"beginning and end cut off",
     {.reference = "ACME INV-20417 LONDON"},
     {.reference = "INV-20417"},
     std::nullopt},
    {"seven left of the end",
     {.reference = "ACME INV-2041"},
     {.reference = "INV2041"},
     std::nullopt},
    {"no reference to begin with", {}, {.reference = "INV-2041"}, amount},
    {"another reference", {.reference = "INV-2041"}, {.reference = "INV-2042"}, std::nullopt},
    {"common beginning, different ends",
     {.reference = "ACMESHOP-2041"},
     {.reference = "ACMESHOP-2042"},
     std::nullopt},
    {"nothing at all", {}, {}, amount},
};

TEST(Relate, every_known_change_by_a_bank_leaves_its_rank) {
    for (const auto& row : mutations) {
        const auto relation = relate(identity_of(row.payment), identity_of(row.settlement));
        EXPECT_EQ(relation.rank, row.rank) << row.name;
        EXPECT_EQ(relation.veto, row.rank ? std::nullopt : std::optional(Veto::nothing_in_common))
            << row.name;
    }
}

TEST(Relate, a_masked_payer_account_is_no_contradiction) {
    auto payment = identity_of({.reference = "INV-2041"});
    auto settlement = payment;
    payment.other_account = account_key("GB29NWBK60161331926819");
    for (const std::string_view masked : {"*****819", "XXXXXXXXXXXXXXX", ""}) {
        settlement.other_account = account_key(masked);
        EXPECT_EQ(relate(payment, settlement).rank, reference) << masked;
    }
    settlement.other_account = account_key("60-16-13", "31926819");
    EXPECT_EQ(relate(payment, settlement).rank, reference_and_payer);
}

TEST(Relate, a_name_counts_only_where_a_reference_is_absent) {
    auto payment = identity_of({.reference = "INV-2041"});
    auto settlement = payment;
    payment.other_name = canonical("Adam Smith");
    settlement.other_name = canonical("GB58CLRB04040009547509");
    EXPECT_EQ(relate(payment, settlement).rank, reference);
    settlement.other_name = payment.other_name;
    EXPECT_EQ(relate(payment, settlement).rank, reference);
    settlement.reference = "";
    EXPECT_EQ(relate(payment, settlement).rank, name);
    settlement.reference = "INV2042";
    EXPECT_EQ(relate(payment, settlement).veto, Veto::nothing_in_common);
}

TEST(Relate, a_name_may_stand_inside_the_other) {
    struct Case {
        std::string_view payment;
        std::string_view settlement;
        Rank rank;
    };
    const Case cases[] = {
        {"Ann Lee", "ANN LEE", name},
        {"Ann Lee", "Mrs Ann Lee", name},
        {"Mr Bob Mayer", "Bob Mayer", name},
        {"Hermione Grainger", "Hermione Grain", name},
        {"Ann Lee", "Bob Mayer", amount},
        {"Lee", "Ann Lee", amount}, // five are too few
        {"Lee", "LEE", name},
        {"Ann Lee", "", amount},
        {"", "", amount},
        {"Ann Lee", "Not Provided", amount},
    };
    for (const auto& row : cases) {
        auto payment = bare();
        auto settlement = bare();
        payment.other_name = canonical(row.payment);
        settlement.other_name = canonical(row.settlement);
        EXPECT_EQ(relate(payment, settlement).rank, row.rank) << row.payment << row.settlement;
    }
}

// A bank may have only one place for two identifiers. What it puts into the other's place is no
// contradiction of what belongs there; anything else is.
TEST(Relate, crossed_ids_and_vetoes) {
    const Fields payment = {.end_to_end_id = "E2E-0001", .reference = "INV-2041", .payer = "P"};
    struct Case {
        std::string_view name;
        Fields settlement;
        std::optional<Rank> rank;
        std::optional<Veto> veto;
    };
    const Case cases[] = {
        {"the reference in the id's place, nothing in its own",
         {.end_to_end_id = "INV-2041"},
         crossed_ids,
         std::nullopt},
        {"the reference in both places",
         {.end_to_end_id = "INV-2041", .reference = "INV-2041"},
         crossed_ids,
         std::nullopt},
        {"the id in the reference's place", {.reference = "E2E-0001"}, crossed_ids, std::nullopt},
        {"the id in both places",
         {.end_to_end_id = "E2E-0001", .reference = "E2E-0001"},
         end_to_end_id,
         std::nullopt},
        {"each in the other's place",
         {.end_to_end_id = "INV-2041", .reference = "E2E-0001"},
         crossed_ids,
         std::nullopt},
        {"the id in the reference's place, a stranger's id in its own",
         {.end_to_end_id = "E2E-0002", .reference = "E2E-0001"},
         std::nullopt,
         Veto::end_to_end_id_differs},
        {"crossed, but another payer",
         {.end_to_end_id = "INV-2041", .payer = "Q"},
         std::nullopt,
         Veto::payer_differs},
        {"only the beginning of the reference in the id's place",
         {.end_to_end_id = "INV-204"},
         std::nullopt,
         Veto::end_to_end_id_differs},
    };
    for (const auto& row : cases) {
        const auto relation = relate(identity_of(payment), identity_of(row.settlement));
        EXPECT_EQ(relation.rank, row.rank) << row.name;
        EXPECT_EQ(relation.veto, row.veto) << row.name;
    }
    const auto one_text = identity_of({.end_to_end_id = "INV-2041", .reference = "INV-2041"});
    EXPECT_EQ(relate(one_text, identity_of({.end_to_end_id = "INV-2041"})).rank, crossed_ids)
        << "it may be the reference of another payment";
    EXPECT_EQ(relate(one_text, one_text).rank, end_to_end_id);
    auto other_amount = identity_of({.end_to_end_id = "INV-2041"});
    other_amount.amount.minor += 1;
    EXPECT_EQ(relate(identity_of(payment), other_amount).veto, Veto::amount_differs);
}

// Everything agrees but one field.
TEST(Relate, one_contradiction_outweighs_all_agreement) {
    auto payment = identity_of(
        {.end_to_end_id = "E2E-0001", .reference = "INV-2041", .payer = "P", .uetr = "u-1"});
    ASSERT_EQ(relate(payment, payment).rank, uetr);
    struct Case {
        void (*change)(MatchFields& settlement);
        Veto veto;
    };
    const Case cases[] = {
        {[](MatchFields& s) { s.account = "04040100057355"; }, Veto::account_differs},
        {[](MatchFields& s) { s.uetr = "u-2"; }, Veto::uetr_differs},
        {[](MatchFields& s) { s.end_to_end_id = "E2E0002"; }, Veto::end_to_end_id_differs},
        {[](MatchFields& s) { s.end_to_end_id = "E2"; }, Veto::end_to_end_id_differs},
        {[](MatchFields& s) { s.other_account = "Q"; }, Veto::payer_differs},
        {[](MatchFields& s) { s.at = s.at - std::chrono::hours(1); },
         Veto::created_after_settlement},
    };
    for (const auto& row : cases) {
        auto settlement = payment;
        row.change(settlement);
        const auto relation = relate(payment, settlement);
        EXPECT_EQ(relation.veto, row.veto) << token(row.veto);
        EXPECT_FALSE(relation.rank) << token(row.veto);
        payment.single_use = true;
        EXPECT_EQ(relate(payment, settlement).veto, row.veto) << "even for a single use";
        payment.single_use = false;
    }
}

TEST(Relate, the_first_veto_in_the_documented_order_is_named) {
    auto settlement = identity_of({.end_to_end_id = "E2E-0001", .payer = "P", .uetr = "u-1"});
    auto payment = identity_of({.end_to_end_id = "E2E-0002", .payer = "Q", .uetr = "u-2"});
    payment.account = "OTHER";
    payment.amount.minor = 1;
    payment.at = settlement.at + std::chrono::hours(1);
    EXPECT_EQ(relate(payment, settlement).veto, Veto::account_differs);
    payment.account = settlement.account;
    EXPECT_EQ(relate(payment, settlement).veto, Veto::amount_differs);
    payment.amount = settlement.amount;
    EXPECT_EQ(relate(payment, settlement).veto, Veto::uetr_differs);
    payment.uetr.clear();
    EXPECT_EQ(relate(payment, settlement).veto, Veto::end_to_end_id_differs);
    payment.end_to_end_id.clear();
    EXPECT_EQ(relate(payment, settlement).veto, Veto::payer_differs);
    payment.other_account.clear();
    EXPECT_EQ(relate(payment, settlement).veto, Veto::created_after_settlement);
    payment.at = settlement.at;
    EXPECT_EQ(relate(payment, settlement).rank, amount);
    payment.reference = "HERBS";
    settlement.reference = "SHOES";
    EXPECT_EQ(relate(payment, settlement).veto, Veto::nothing_in_common);
}

TEST(Relate, clocks_may_disagree_by_five_minutes) {
    const auto settlement = identity_of({.reference = "INV-2041"});
    auto payment = settlement;
    payment.at = settlement.at + clock_skew_max;
    EXPECT_EQ(relate(payment, settlement).rank, reference);
    payment.at = payment.at + std::chrono::microseconds(1);
    EXPECT_EQ(relate(payment, settlement).veto, Veto::created_after_settlement);
    payment.at = settlement.at - std::chrono::days(365);
    EXPECT_EQ(relate(payment, settlement).rank, reference);
    EXPECT_EQ(relate(payment, settlement).policy, Policy::suggest);
}

TEST(Relate, without_an_account_nothing_is_equal) {
    auto nowhere = identity_of({.reference = "INV-2041"});
    nowhere.account.clear();
    EXPECT_EQ(relate(nowhere, nowhere).veto, Veto::account_differs);
}

TEST(Relate, both_sides_can_be_exchanged_except_for_the_clock_and_fields_of_payments_only) {
    EXPECT_TRUE(testing::holds([] {
        auto a = *testing::any_identity();
        auto b = *testing::any_identity();
        b.at = a.at;
        for (auto* const side : {&a, &b}) {
            side->single_use = false;
            side->accepted_range.reset();
        }
        RC_ASSERT(relate(a, b).rank.has_value() != relate(a, b).veto.has_value());
        // Banks put the reference in the end-to-end id's place and drop that; payments have both.
        if (compare(a, b).crossed || compare(b, a).crossed)
            return;
        RC_ASSERT(relate(a, b).rank == relate(b, a).rank);
        RC_ASSERT(relate(a, b).veto == relate(b, a).veto);
    }));
}

} // namespace
} // namespace settled::match
