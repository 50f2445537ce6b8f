#include "match/keys.h"

#include "match/choice.h"
#include "match/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace settled::match {
namespace {

using testing::bare;
using testing::Fields;
using testing::identity_of;

const crypto::Hmac& tenant_key() {
    static const crypto::Hmac key(as_bytes("0123456789abcdef0123456789abcdef"));
    return key;
}

bool meet(const std::vector<Key>& a, const std::vector<Key>& b) {
    return std::ranges::find_first_of(a, b) != a.end();
}

std::vector<Key> payment_keys(const crypto::Hmac& key, const MatchFields& side) {
    return stored_keys(key, side, Of::payment);
}
std::vector<Key> settlement_keys(const crypto::Hmac& key, const MatchFields& side) {
    return stored_keys(key, side, Of::settlement);
}

std::vector<Key> probes_of_payment(const crypto::Hmac& key, const MatchFields& side) {
    return probe_keys(key, side, Of::payment);
}
std::vector<Key> probes_of_settlement(const crypto::Hmac& key, const MatchFields& side) {
    return probe_keys(key, side, Of::settlement);
}
constexpr std::array makers{payment_keys, settlement_keys, probes_of_payment, probes_of_settlement};

// Those that come first.
std::vector<Key> id_probes(const MatchFields& side, Of of) {
    std::vector<Key> keys = probe_keys(tenant_key(), side, of);
    keys.resize((of == Of::settlement || side.single_use ? 1U : 0U) +
                (side.uetr.empty() ? 0U : 1U) +
                (side.end_to_end_id.size() < end_to_end_id_min ? 0U : 1U));
    return keys;
}

std::vector<std::int64_t> tags_in(std::int64_t block, const std::vector<Key>& keys) {
    std::vector<std::int64_t> tags;
    for (const Key& key : keys)
        if (key.block == block)
            tags.push_back(key.tag);
    return tags;
}

bool are_in(const std::vector<std::int64_t>& blocks, const std::vector<Key>& keys) {
    return std::ranges::any_of(blocks, [&](std::int64_t block) {
        return std::ranges::find(keys, block, &Key::block) != keys.end();
    });
}

// The bytes are what the store holds: a developer who changes them must raise key_layout, or open
// payments are not found any more. The numbers were computed apart from this code, from the layout
// in keys.h.
TEST(Keys, bytes_stay_as_stored) {
    const auto block = block_of(tenant_key(), identity_of({.end_to_end_id = "E2E0001"}));
    ASSERT_EQ(block, -8302490513835127717);
    const auto tags =
        tags_in(*block, payment_keys(tenant_key(), identity_of({.reference = "INV-2041/AB"})));
    for (const std::int64_t whole_and_first_8 : {5266141568298364095, 1290247162330540453})
        EXPECT_NE(std::ranges::find(tags, whole_and_first_8), tags.end()) << whole_and_first_8;
}

TEST(Keys, one_account_and_amount_is_one_block) {
    const auto block = [](const MatchFields& identity) {
        return *block_of(tenant_key(), identity);
    };
    auto one = identity_of({.reference = "INV-2041"});
    auto other = identity_of({.end_to_end_id = "E2E0001", .payer = "PAYER"});
    EXPECT_EQ(block(one), block(other));
    other.amount = testing::money(1235);
    EXPECT_NE(block(one), block(other));
    other.amount = testing::money(1234, "EUR");
    EXPECT_NE(block(one), block(other));
    other = one;
    other.account = "04040100057355";
    EXPECT_NE(block(one), block(other));
}

// So that one walk of that block sees all that can be of a rank with an equal amount.
TEST(Keys, everything_is_stored_in_the_block_of_its_amount_and_in_each_loose_block) {
    EXPECT_TRUE(testing::holds([] {
        const auto identity = *testing::any_identity();
        for (const Of of : {Of::payment, Of::settlement}) {
            const auto keys = stored_keys(tenant_key(), identity, of);
            const auto block = *block_of(tenant_key(), identity);
            RC_ASSERT(!tags_in(block, keys).empty());
            for (const std::int64_t loose : loose_blocks(tenant_key(), identity, of))
                RC_ASSERT(tags_in(loose, keys) == std::vector{block});
        }
    }));
}

// Except an end-to-end id and a reference, which are also looked for in each other's place.
TEST(Keys, one_text_in_two_fields_is_two_keys) {
    for (const auto& [a, b] :
         {std::pair{identity_of({.end_to_end_id = "ABCDEFGH"}),
                    identity_of({.reference = "ABCDEFGH"})},
          std::pair{identity_of({.uetr = "ABCDEFGH"}), identity_of({.reference = "ABCDEFGH"})},
          std::pair{identity_of({.uetr = "ABCDEFGH"}), identity_of({.end_to_end_id = "ABCDEFGH"})}})
        EXPECT_FALSE(meet(id_probes(a, Of::payment), payment_keys(tenant_key(), b)));
}

TEST(Keys, fields_do_not_run_into_each_other) {
    auto one = identity_of({.reference = "CDEFGHIJ"});
    one.account = "AB";
    auto other = identity_of({.reference = "BCDEFGHIJ"});
    other.account = "A";
    EXPECT_FALSE(meet(probes_of_settlement(tenant_key(), one), payment_keys(tenant_key(), other)));
    EXPECT_FALSE(
        are_in(loose_blocks(tenant_key(), one, Of::payment), payment_keys(tenant_key(), other)));
}

TEST(Keys, another_tenant_has_other_keys) {
    const crypto::Hmac another(as_bytes("another tenant's key"));
    const auto identity = identity_of({.end_to_end_id = "E2E0001", .reference = "INV-2041"});
    EXPECT_FALSE(meet(payment_keys(tenant_key(), identity), payment_keys(another, identity)));
    EXPECT_FALSE(are_in(loose_blocks(another, identity, Of::settlement),
                        payment_keys(tenant_key(), identity)));
    EXPECT_NE(block_of(tenant_key(), identity), block_of(another, identity));
}

TEST(Keys, fields_without_an_account_have_no_keys) {
    auto nowhere = identity_of({.end_to_end_id = "E2E0001", .reference = "INV-2041", .uetr = "u"});
    nowhere.account.clear();
    for (auto* const keys : makers)
        EXPECT_TRUE(keys(tenant_key(), nowhere).empty());
    EXPECT_TRUE(loose_blocks(tenant_key(), nowhere, Of::settlement).empty());
    EXPECT_FALSE(block_of(tenant_key(), nowhere));
}

TEST(Keys, a_payment_without_identifiers_is_found_by_their_absence) {
    EXPECT_EQ(payment_keys(tenant_key(), bare()).size(), 1U);
    EXPECT_TRUE(loose_blocks(tenant_key(), bare(), Of::payment).empty());
    EXPECT_EQ(probes_of_payment(tenant_key(), bare()).size(), 1U);
    EXPECT_TRUE(meet(probes_of_settlement(tenant_key(), identity_of({.reference = "INV-2041"})),
                     payment_keys(tenant_key(), bare())));
    EXPECT_EQ(payment_keys(tenant_key(), identity_of({.end_to_end_id = "E2E01"})).size(), 1U)
        << "a short id is no key";
}

TEST(Keys, a_beginning_finds_every_reference_of_its_amount_that_begins_so) {
    const std::string text = "ACMESHOP2041LONDONNOVEMBERANDDECEMBERTOO";
    for (std::size_t length = part_min; length <= text.size(); ++length)
        for (std::size_t cut = part_min; cut <= length; ++cut) {
            const auto whole = identity_of({.reference = text.substr(0, length)});
            auto beginning = identity_of({.reference = text.substr(0, cut)});
            EXPECT_TRUE(
                meet(beginning_keys(tenant_key(), beginning), payment_keys(tenant_key(), whole)))
                << cut << " of " << length;
            beginning.amount = testing::money(1235);
            EXPECT_FALSE(
                meet(beginning_keys(tenant_key(), beginning), payment_keys(tenant_key(), whole)));
        }
    EXPECT_TRUE(beginning_keys(tenant_key(), identity_of({.reference = "ACMESHO"})).empty());
}

TEST(Keys, their_number_is_bounded_by_the_longest_reference) {
    auto identity = identity_of({.end_to_end_id = "E2E0001", .payer = "P", .uetr = "u"});
    identity.single_use = true;
    for (int i = 0; identity.reference.size() < 100'000; ++i)
        identity.reference += static_cast<char>('A' + i % 26);
    EXPECT_EQ(loose_blocks(tenant_key(), identity, Of::payment).size(), loose_blocks_max);
    EXPECT_EQ(payment_keys(tenant_key(), identity).size(),
              std::size(prefix_lengths) + std::size(suffix_lengths) + loose_blocks_max)
        << "one of the prefixes is a loose block, and there is the whole";
    const std::size_t parts = 2 * (reference_chars_max - part_min) + 2;
    const std::size_t others = 3 + 1 + 1 + 15 + 1; // ids, payer, whole, crossed ids, no reference
    EXPECT_LE(probes_of_payment(tenant_key(), identity).size(), parts + others);
}

TEST(Keys, are_unique) {
    EXPECT_TRUE(testing::holds([] {
        const auto identity = *testing::any_identity();
        for (auto* const keys_of : makers) {
            auto keys = keys_of(tenant_key(), identity);
            std::ranges::sort(keys);
            RC_ASSERT(std::ranges::adjacent_find(keys) == keys.end());
        }
    }));
}

bool looks_under_keys(Rank rank) {
    return rank <= Rank::end_to_end_id || (rank >= Rank::crossed_ids && rank <= Rank::payer);
}
bool looks_in_loose_blocks(Rank rank) {
    return rank == Rank::single_use_account || rank == Rank::end_to_end_id_only ||
           rank == Rank::reference_only;
}

TEST(Keys, every_possible_pair_is_found_from_either_side) {
    std::array<int, ranks> paired{};
    for (int run = 0; run < 15; ++run)
        EXPECT_TRUE(testing::holds([&paired] {
            const auto payment = *testing::any_identity();
            auto settlement = *testing::any_identity();
            settlement.single_use = false; // it cannot know
            const auto rank = relate(payment, settlement).rank;
            if (!rank)
                return;
            ++paired[static_cast<std::size_t>(*rank)];
            const auto of_payment = payment_keys(tenant_key(), payment);
            const auto of_settlement = settlement_keys(tenant_key(), settlement);
            const bool in_one_block = payment.amount == settlement.amount;
            if (in_one_block && (looks_under_keys(*rank) || keys_find_all(settlement)))
                RC_ASSERT(meet(probes_of_settlement(tenant_key(), settlement), of_payment));
            if (in_one_block && (looks_under_keys(*rank) || keys_find_all(payment)))
                RC_ASSERT(meet(probes_of_payment(tenant_key(), payment), of_settlement));
            if (looks_in_loose_blocks(*rank)) {
                RC_ASSERT(
                    are_in(loose_blocks(tenant_key(), settlement, Of::settlement), of_payment));
                RC_ASSERT(are_in(loose_blocks(tenant_key(), payment, Of::payment), of_settlement));
            }
        }));
    for (std::size_t rank = 0; rank < ranks; ++rank)
        EXPECT_GT(paired[rank], 0) << "the generator no longer makes pairs of rank " << rank;
}

// A search that has to stop at a limit probes these keys first (choice.h, Coverage::truncated).
TEST(Keys, equal_ids_and_accounts_for_single_use_are_looked_for_first) {
    int paired = 0;
    EXPECT_TRUE(testing::holds([&paired] {
        const auto payment = *testing::any_identity();
        auto settlement = *testing::any_identity();
        settlement.single_use = false; // it cannot know
        const auto rank = relate(payment, settlement).rank;
        if (!rank || *rank > Rank::end_to_end_id || payment.amount != settlement.amount)
            return;
        ++paired;
        RC_ASSERT(meet(id_probes(settlement, Of::settlement), payment_keys(tenant_key(), payment)));
        RC_ASSERT(meet(id_probes(payment, Of::payment), settlement_keys(tenant_key(), settlement)));
    }));
    EXPECT_GT(paired, 20) << "the generator no longer makes pairs";
}

// To take a verdict on a part of the candidates for the whole would misallocate money.
TEST(Keys, a_match_by_strong_keys_is_the_match_among_all) {
    int matched = 0, left_out = 0;
    EXPECT_TRUE(testing::holds([&] {
        auto settlement = *testing::any_identity();
        settlement.single_use = false; // it cannot know
        const auto keys =
            probe_keys(tenant_key(), settlement, Of::settlement, ProbeOptions().strong());
        RuleSet rules;
        for (Policy& policy : rules.policies)
            policy = *rc::gen::weightedElement<Policy>({{6, Policy::automatic},
                                                        {2, Policy::watermark},
                                                        {2, Policy::suggest},
                                                        {1, Policy::off}});
        std::vector<MatchFields> all, strong;
        // Those of another amount may have been looked at, too.
        const bool of_any_amount = *rc::gen::arbitrary<bool>();
        for (MatchFields& payment : *testing::any_identities(8)) {
            payment.account = settlement.account;
            const bool is_loose = of_any_amount && payment.amount != settlement.amount;
            if (!is_loose)
                payment.amount = settlement.amount;
            all.push_back(payment);
            if (is_loose || meet(keys, payment_keys(tenant_key(), payment)))
                strong.push_back(payment);
        }
        const Choice few = choose_payment(settlement, strong, Coverage::by_strong_keys, rules);
        if (few.outcome != Outcome::one)
            return;
        ++matched;
        left_out += strong.size() < all.size() ? 1 : 0;
        const Choice whole = choose_payment(settlement, all, Coverage::complete, rules);
        RC_ASSERT(whole.outcome == Outcome::one);
        RC_ASSERT(all[whole.candidates.front().index] == strong[few.candidates.front().index]);
    }));
    EXPECT_GT(matched, 20) << "the generator no longer makes matches";
    EXPECT_GT(left_out, 20) << "the generator no longer makes crowds";
}

// A search that has probed the strong keys probes the rest, and has then seen all candidates.
TEST(Keys, the_strong_ones_and_those_beyond_are_all) {
    EXPECT_TRUE(testing::holds([] {
        const auto side = *testing::any_identity();
        ProbeOptions look;
        look.longer = *rc::gen::arbitrary<bool>();
        look.shorter = *rc::gen::arbitrary<bool>();
        const auto under = [&](const ProbeOptions& what) {
            auto keys = probe_keys(tenant_key(), side, Of::settlement, what);
            std::ranges::sort(keys);
            return keys;
        };
        const auto all = under(look), strong = under(look.strong()), rest = under(look.remaining());
        std::vector<Key> both;
        std::ranges::set_union(strong, rest, std::back_inserter(both));
        RC_ASSERT(both == all);
        RC_ASSERT(rest.size() < all.size());
    }));
}

// A receiving bank's cap keeps long prefixes out of the index; every search knows the cap
// (learn/plan.h).
TEST(Keys, a_payment_stored_under_fewer_prefixes_is_found_by_a_search_of_fewer_prefixes) {
    int left_out = 0;
    for (const std::size_t cap : {8U, 10U, 12U, 15U, 18U, 25U})
        EXPECT_TRUE(testing::holds([&left_out, cap] {
            const auto payment = *testing::any_identity();
            auto settlement = *testing::any_identity();
            settlement.single_use = false; // it cannot know
            const auto rank = relate(payment, settlement).rank;
            if (!rank || payment.amount != settlement.amount || !looks_under_keys(*rank))
                return;
            const auto of_payment = stored_keys(tenant_key(), payment, Of::payment, cap);
            left_out += of_payment.size() < payment_keys(tenant_key(), payment).size() ? 1 : 0;
            ProbeOptions look;
            look.prefix_max = cap;
            RC_ASSERT(meet(probe_keys(tenant_key(), settlement, Of::settlement, look), of_payment));
        }));
    EXPECT_GT(left_out, 20) << "the generator no longer makes long references";
    const auto whole = identity_of({.reference = "ACMESHOP2041LONDONNOVEMBERANDDEC"});
    const auto cut = identity_of({.end_to_end_id = "ACMESHOP2041LONDONNOVEMBER"});
    ASSERT_EQ(relate(whole, cut).rank, Rank::crossed_ids);
    ProbeOptions look;
    look.prefix_max = 12;
    EXPECT_TRUE(meet(probe_keys(tenant_key(), cut, Of::settlement, look),
                     stored_keys(tenant_key(), whole, Of::payment, 12)));
}

TEST(Keys, every_pair_of_lengths_is_found_from_either_side_whichever_end_was_cut) {
    std::string whole;
    while (whole.size() < reference_chars_max)
        whole += static_cast<char>('A' + whole.size() * 7 % 26);
    const auto check = [](std::string_view part, std::string_view rest) {
        auto shorter = bare();
        shorter.reference = part;
        auto longer = bare();
        longer.reference = rest;
        const auto of_longer = payment_keys(tenant_key(), longer);
        const auto of_shorter = payment_keys(tenant_key(), shorter);
        ASSERT_TRUE(relate(shorter, longer).rank);
        ASSERT_TRUE(meet(probes_of_settlement(tenant_key(), shorter), of_longer))
            << part << " " << rest;
        ASSERT_TRUE(meet(probes_of_settlement(tenant_key(), longer), of_shorter))
            << part << " " << rest;
    };
    const std::string_view text = whole;
    for (std::size_t a = part_min; a <= text.size(); ++a)
        for (const std::size_t b : {a, a + 1, a + 3, text.size()}) {
            const std::string_view longer = text.substr(0, b);
            check(longer.substr(0, a), longer);
            check(longer.substr(longer.size() - std::min(a, longer.size())), longer);
        }
}

// Whatever a return names its settlement by, the return probes a key that the settlement is stored
// under.
TEST(Keys, a_return_looks_where_its_settlement_is_remembered) {
    const Fields named[] = {{.end_to_end_id = "E2E0001"},
                            {.uetr = "u"},
                            {.reference = "INV2041"},
                            {.end_to_end_id = "E2E0001", .reference = "INV2041"},
                            {.reference = "INV2041", .uetr = "u"},
                            {.end_to_end_id = "E2E0001", .reference = "INV2041", .uetr = "u"}};
    const auto remembered = trace_keys(tenant_key(), identity_of(named[5]));
    for (const Fields& fields : named) {
        const auto keys = return_keys(tenant_key(), identity_of(fields));
        ASSERT_FALSE(keys.empty());
        EXPECT_NE(std::ranges::find(remembered, keys.front()), remembered.end());
    }
}

TEST(Keys, a_return_that_names_nothing_probes_no_key) {
    EXPECT_TRUE(return_keys(tenant_key(), identity_of({})).empty());
    EXPECT_TRUE(return_keys(tenant_key(), identity_of({.end_to_end_id = "E2E1"})).empty())
        << "so short an id is somebody's counter";
    EXPECT_TRUE(return_keys(tenant_key(), identity_of({.payer = "04000412345678"})).empty());
    auto nowhere = identity_of({.end_to_end_id = "E2E0001"});
    nowhere.account.clear();
    EXPECT_TRUE(return_keys(tenant_key(), nowhere).empty());
    EXPECT_TRUE(trace_keys(tenant_key(), nowhere).empty());
}

TEST(Keys, a_return_is_of_the_settlement_that_has_all_that_it_names) {
    const Fields whole{
        .end_to_end_id = "E2E0001", .reference = "INV2041", .payer = "P", .uetr = "u"};
    struct Case {
        std::string_view what;
        Fields returned;
        Fields settlement;
        bool is_its_own;
    };
    const Case cases[] = {
        {"all", whole, whole, true},
        {"the id is enough", {.end_to_end_id = "E2E0001"}, whole, true},
        {"the UETR is enough", {.uetr = "u"}, whole, true},
        {"the reference is enough", {.reference = "INV2041"}, whole, true},
        {"account and amount are not", {}, {}, false},
        {"nor is the payer", {.payer = "P"}, whole, false},
        {"nor a short id", {.end_to_end_id = "E2E1"}, {.end_to_end_id = "E2E1"}, false},
        {"another id", {.end_to_end_id = "E2E0002"}, whole, false},
        {"the id is not there", whole, {.reference = "INV2041", .payer = "P", .uetr = "u"}, false},
        {"the UETR is not there",
         {.end_to_end_id = "E2E0001", .uetr = "u"},
         {.end_to_end_id = "E2E0001"},
         false},
        {"another UETR", {.end_to_end_id = "E2E0001", .uetr = "v"}, whole, false},
        {"another reference", {.end_to_end_id = "E2E0001", .reference = "INV2042"}, whole, false},
        {"the reference is not there",
         {.end_to_end_id = "E2E0001", .reference = "INV2041"},
         {.end_to_end_id = "E2E0001"},
         false},
        {"a beginning is not the reference", {.reference = "INV204"}, whole, false},
        {"another payer", {.end_to_end_id = "E2E0001", .payer = "Q"}, whole, false},
        {"the payer is not known, the id is",
         {.end_to_end_id = "E2E0001", .payer = "P"},
         {.end_to_end_id = "E2E0001"},
         true},
        {"the payer is not known, nor any id",
         {.reference = "INV2041", .payer = "P"},
         {.reference = "INV2041"},
         false},
        {"reference and payer", {.reference = "INV2041", .payer = "P"}, whole, true},
    };
    for (const Case& c : cases)
        EXPECT_EQ(is_return_of(identity_of(c.returned), identity_of(c.settlement)), c.is_its_own)
            << c.what;
    const auto settlement = identity_of(whole);
    auto returned = settlement;
    returned.amount.minor += 1;
    EXPECT_FALSE(is_return_of(returned, settlement)) << "another amount";
    returned = settlement;
    returned.at = settlement.at - clock_skew_max - std::chrono::seconds(1);
    EXPECT_FALSE(is_return_of(returned, settlement)) << "before it came";
    returned.at = settlement.at + std::chrono::days(90);
    EXPECT_TRUE(is_return_of(returned, settlement)) << "however late";
    returned.account = "OTHER";
    EXPECT_FALSE(is_return_of(returned, settlement)) << "another account";
}

TEST(Keys, a_payment_that_is_registered_late_finds_a_settlement_by_what_is_remembered_of_it) {
    const auto finds = [](const Fields& payment, const Fields& settlement) {
        const auto probes = probe_keys(tenant_key(), identity_of(payment), Of::payment);
        return std::ranges::any_of(
            trace_keys(tenant_key(), identity_of(settlement)),
            [&](const Key& key) { return std::ranges::find(probes, key) != probes.end(); });
    };
    const Fields payment{.end_to_end_id = "E2E0001", .reference = "ACMESHOP20412042"};
    for (std::size_t cut = part_min; cut <= payment.reference.size(); ++cut) {
        EXPECT_TRUE(finds(payment, {.reference = payment.reference.substr(0, cut)})) << cut;
        EXPECT_TRUE(
            finds(payment, {.reference = payment.reference.substr(payment.reference.size() - cut)}))
            << cut;
    }
    EXPECT_TRUE(finds(payment, {.reference = ""}));
    EXPECT_TRUE(finds(payment, {.end_to_end_id = "E2E0001", .reference = "OTHER"}));
    EXPECT_FALSE(finds(payment, {.end_to_end_id = "E2E0002", .reference = "OTHER"}));
}

TEST(Keys, a_proof_changes_with_every_field_and_with_the_key) {
    const auto identity = identity_of({.end_to_end_id = "E2E0001", .reference = "A"});
    const auto proof = proof_of(tenant_key(), identity);
    EXPECT_EQ(proof.size(), 32U);
    EXPECT_EQ(proof, proof_of(tenant_key(), MatchFields(identity)));
    EXPECT_NE(proof, proof_of(crypto::Hmac(as_bytes("another")), identity));
    constexpr void (*changes[])(MatchFields&) = {
        [](MatchFields& i) { i.account = "OTHER"; },
        [](MatchFields& i) { i.amount.minor += 1; },
        [](MatchFields& i) { i.amount = testing::money(i.amount.minor, "EUR"); },
        [](MatchFields& i) { i.end_to_end_id.clear(); },
        [](MatchFields& i) { i.reference += "X"; },
        [](MatchFields& i) { i.uetr = "u"; },
        [](MatchFields& i) { i.other_account = "P"; },
        [](MatchFields& i) { i.other_name = "P"; },
        [](MatchFields& i) { i.at.us += 1; },
        [](MatchFields& i) { i.single_use = true; },
        [](MatchFields& i) {
            i.accepted_range = Bounds{.lowest = testing::money(1), .highest = testing::money(2)};
        },
    };
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        auto other = identity;
        changes[i](other);
        EXPECT_NE(proof_of(tenant_key(), other), proof) << i;
    }
}

} // namespace
} // namespace settled::match
