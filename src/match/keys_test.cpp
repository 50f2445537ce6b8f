#include "match/keys.h"

#include "match/rules.h"
#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::match {
namespace {

using testing::bare;
using testing::identity_of;

const crypto::Hmac& tenant_key() {
    static const crypto::Hmac key(as_bytes("0123456789abcdef0123456789abcdef"));
    return key;
}

bool meet(const std::vector<Key>& a, const std::vector<Key>& b) {
    std::vector<Key> both;
    std::ranges::set_intersection(a, b, std::back_inserter(both));
    return !both.empty();
}

// The bytes are what the store holds: whoever changes them must raise rule_version, or open
// payments are not found any more. The numbers were computed apart from this code, from the layout
// in keys.h.
TEST(Keys, bytes_stay_as_stored) {
    const auto keys = stored_keys(tenant_key(), identity_of({.end_to_end_id = "E2E0001"}));
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].block, -8302490513835127717);
    EXPECT_EQ(keys[0].tag, 6068549175524064809);
    const auto longer = stored_keys(tenant_key(), identity_of({.reference = "INV-2041/AB"}));
    ASSERT_EQ(longer.size(), 2U);
    EXPECT_EQ(longer[1].tag, 5266141568298364095);
    EXPECT_EQ(longer[0].tag, 1290247162330540453);
}

TEST(Keys, one_account_and_amount_is_one_block) {
    const auto block_of = [](const Identity& identity) {
        return stored_keys(tenant_key(), identity).front().block;
    };
    auto one = identity_of({.reference = "INV-2041"});
    auto other = identity_of({.end_to_end_id = "E2E0001", .payer = "PAYER"});
    EXPECT_EQ(block_of(one), block_of(other));
    other.amount = testing::money(1235);
    EXPECT_NE(block_of(one), block_of(other));
    other.amount = testing::money(1234, "EUR");
    EXPECT_NE(block_of(one), block_of(other));
    other = one;
    other.account = "04040100057355";
    EXPECT_NE(block_of(one), block_of(other));
}

TEST(Keys, one_text_in_two_fields_is_two_keys) {
    for (const auto& [a, b] :
         {std::pair{identity_of({.end_to_end_id = "ABCDEFGH"}),
                    identity_of({.reference = "ABCDEFGH"})},
          std::pair{identity_of({.uetr = "ABCDEFGH"}), identity_of({.reference = "ABCDEFGH"})},
          std::pair{identity_of({.uetr = "ABCDEFGH"}), identity_of({.end_to_end_id = "ABCDEFGH"})}})
        EXPECT_FALSE(meet(probe_keys(tenant_key(), a), stored_keys(tenant_key(), b)));
}

TEST(Keys, fields_do_not_run_into_each_other) {
    auto one = identity_of({.reference = "CDEFGHIJ"});
    one.account = "AB";
    auto other = identity_of({.reference = "BCDEFGHIJ"});
    other.account = "A";
    EXPECT_FALSE(meet(probe_keys(tenant_key(), one), stored_keys(tenant_key(), other)));
}

TEST(Keys, another_tenant_has_other_keys) {
    const crypto::Hmac another(as_bytes("another tenant's key"));
    const auto identity = identity_of({.end_to_end_id = "E2E0001", .reference = "INV-2041"});
    EXPECT_FALSE(meet(stored_keys(tenant_key(), identity), stored_keys(another, identity)));
    EXPECT_NE(stored_keys(tenant_key(), identity)[0].block,
              stored_keys(another, identity)[0].block);
}

TEST(Keys, what_carries_nothing_has_no_keys) {
    for (auto* const keys : {stored_keys, probe_keys, id_keys})
        EXPECT_TRUE(keys(tenant_key(), bare()).empty());
    auto nowhere = identity_of({.end_to_end_id = "E2E0001", .reference = "INV-2041", .uetr = "u"});
    nowhere.account.clear();
    for (auto* const keys : {stored_keys, probe_keys, id_keys})
        EXPECT_TRUE(keys(tenant_key(), nowhere).empty());
    EXPECT_TRUE(stored_keys(tenant_key(), identity_of({.end_to_end_id = "E2E01"})).empty());
}

TEST(Keys, their_number_is_bounded_by_the_longest_reference) {
    auto identity = identity_of({.end_to_end_id = "E2E0001", .uetr = "u"});
    for (int i = 0; identity.reference.size() < 100'000; ++i)
        identity.reference += static_cast<char>('A' + i % 26);
    EXPECT_EQ(id_keys(tenant_key(), identity).size(), 2U);
    EXPECT_EQ(stored_keys(tenant_key(), identity).size(), 2U + 1U + std::size(prefix_lengths));
    EXPECT_EQ(probe_keys(tenant_key(), identity).size(),
              2U + (reference_chars_max - prefix_length_min + 1) + 1U);
}

TEST(Keys, are_sorted_and_unique) {
    EXPECT_TRUE(testing::holds([] {
        const auto identity = *testing::any_identity();
        for (auto* const keys_of : {stored_keys, probe_keys, id_keys}) {
            const auto keys = keys_of(tenant_key(), identity);
            RC_ASSERT(std::ranges::is_sorted(keys));
            RC_ASSERT(std::ranges::adjacent_find(keys) == keys.end());
        }
    }));
}

TEST(Keys, whatever_can_be_paired_is_found_from_either_side) {
    int paired = 0;
    EXPECT_TRUE(testing::holds([&paired] {
        const auto payment = *testing::any_identity();
        const auto settlement = *testing::any_identity();
        if (!relate(payment, settlement).rank)
            return;
        ++paired;
        const auto payment_probes = probe_keys(tenant_key(), payment);
        const auto settlement_probes = probe_keys(tenant_key(), settlement);
        RC_ASSERT(meet(settlement_probes, stored_keys(tenant_key(), payment)));
        RC_ASSERT(meet(payment_probes, stored_keys(tenant_key(), settlement)));
    }));
    EXPECT_GT(paired, 100) << "the generator no longer makes pairs";
}

TEST(Keys, every_pair_of_lengths_is_found_from_either_side) {
    std::string whole;
    while (whole.size() < reference_chars_max)
        whole += static_cast<char>('A' + whole.size() * 7 % 26);
    for (std::size_t a = prefix_length_min; a <= whole.size(); ++a) {
        auto shorter = bare();
        shorter.reference = whole.substr(0, a);
        for (const std::size_t b : {a, a + 1, a + 3, whole.size()}) {
            auto longer = bare();
            longer.reference = whole.substr(0, b);
            ASSERT_TRUE(relate(shorter, longer).rank);
            ASSERT_TRUE(meet(probe_keys(tenant_key(), shorter), stored_keys(tenant_key(), longer)))
                << a << " " << b;
            ASSERT_TRUE(meet(probe_keys(tenant_key(), longer), stored_keys(tenant_key(), shorter)))
                << a << " " << b;
        }
    }
}

} // namespace
} // namespace settled::match
