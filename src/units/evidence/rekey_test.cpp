#include "units/evidence/rekey.h"

#include "units/evidence/audit.h"
#include "units/testing.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

using store::Session;
using testing::World;

void expect(World& world, std::string_view id, std::int64_t minor, std::string_view reference) {
    auto payment = world.payment(id, minor);
    payment.reference = reference;
    payment.end_to_end_id = "E2E-ORDER-" + std::string(id);
    (void)world.register_payment(payment);
}

KeyState begin(World& world) {
    return world.write<KeyState>([](Session& s) { return begin_rekeying(s, World::tenant); });
}

Rekeyed go_on(World& world, const KeyState& state, std::size_t most) {
    const TenantKeys& keys = world.context().keys;
    return world.write<Rekeyed>(
        [&](Session& s) { return rekey_some(s, keys, World::tenant, state, most); });
}

// What stands in the index afterwards; the world goes on under the new key.
std::size_t rekey(World& world, std::size_t most) {
    KeyState state = begin(world);
    std::size_t rekeyed = 0;
    while (!state.is_done()) {
        const Rekeyed some = go_on(world, state, most);
        rekeyed += some.rekeyed;
        state = some.state;
    }
    world.use_keys({{World::tenant, state.version}});
    return rekeyed;
}

std::int64_t keys_in(const World& world) {
    return store::testing::number_seen_by_another(world.directory(),
                                                  "SELECT count(*) FROM match_key");
}

TEST(KeyState, is_read_as_it_was_written) {
    for (const KeyState& state :
         {KeyState{2, RekeyPhase::payments, 0}, KeyState{3, RekeyPhase::settlements, INT64_MAX},
          KeyState{4, RekeyPhase::returns, 7}, KeyState{9, RekeyPhase::done, 0}})
        EXPECT_EQ(parse_key_state(to_text(state)), state) << to_text(state);
    for (const char* text :
         {"", "2", "2 payments", "1 done 0", "2 never 0", "2 done 0x", "x done 0", "2 done 0 0"})
        EXPECT_EQ(parse_key_state(text), std::nullopt) << text;
}

// Each side of a pair stands in the index before; the other comes after.
TEST(Rekey, a_waiting_payment_is_found_under_the_new_key) {
    World world;
    for (int i = 0; i < 7; ++i)
        expect(world, "p" + std::to_string(i), 1000 + i, "INVOICE-20" + std::to_string(41 + i));
    world.settle("t8", 2008, "INVOICE-3008", "E2E-ORDER-p8");
    world.pass_watermark();
    const std::int64_t before = keys_in(world);
    EXPECT_EQ(rekey(world, 2), 8U);
    EXPECT_EQ(keys_in(world), before) << "nothing is left under the old key";
    for (int i = 0; i < 7; ++i)
        world.settle("t" + std::to_string(i), 1000 + i, "INVOICE-20" + std::to_string(41 + i));
    expect(world, "p8", 2008, "INVOICE-3008");
    world.pass_watermark();
    for (const int i : {0, 1, 2, 3, 4, 5, 6, 8})
        EXPECT_EQ(world.payment_of("t" + std::to_string(i)), "p" + std::to_string(i));
}

TEST(Rekey, money_that_goes_back_finds_what_was_matched_before) {
    World world;
    expect(world, "p1", 1000, "INVOICE-2041");
    world.settle("t1", 1000, "INVOICE-2041", "E2E-ORDER-p1");
    ASSERT_EQ(world.payment_of("t1"), "p1");
    (void)rekey(world, 100);
    auto fact = world.fact(1000);
    fact.end_to_end_id = "E2E-ORDER-p1";
    fact.is_return = true;
    fact.credit = false;
    world.settle("r1", fact);
    world.pass_watermark();
    EXPECT_EQ(world.payment_named("p1").status, domain::PaymentStatus::returned);
}

TEST(Rekey, a_return_that_waits_is_found_by_its_settlement) {
    World world;
    auto fact = world.fact(1000);
    fact.end_to_end_id = "E2E-ORDER-p1";
    auto back = fact;
    back.is_return = true;
    back.credit = false;
    world.settle("r1", back);
    (void)rekey(world, 100);
    world.settle("t1", fact);
    EXPECT_EQ(world.settlement("t1").status, domain::SettlementStatus::reversed);
}

TEST(Rekey, a_payment_registered_late_finds_who_was_matched_before) {
    World world;
    auto late = world.payment("p2", 1000);
    late.reference = "INVOICE-20412";
    expect(world, "p1", 1000, "INVOICE-20411");
    world.settle("t1", 1000, "INVOICE-2041");
    world.pass_watermark();
    ASSERT_EQ(world.payment_of("t1"), "p1");
    (void)rekey(world, 100);
    world.clock().advance(std::chrono::minutes(1));
    (void)world.register_payment(late);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().front().kind, store::review_possible_misallocation);
}

TEST(Rekey, a_rekeying_that_ended_early_is_continued) {
    World world;
    for (int i = 0; i < 5; ++i)
        expect(world, "p" + std::to_string(i), 1000 + i, "INVOICE-204" + std::to_string(i));
    const Rekeyed first = go_on(world, begin(world), 2);
    EXPECT_FALSE(first.state.is_done());
    EXPECT_EQ(begin(world), first.state);
    const auto states =
        world.read<std::map<TenantId, KeyState>>([](Session& s) { return key_states(s); });
    EXPECT_EQ(states.at(World::tenant), first.state);
    EXPECT_EQ(rekey(world, 2), 3U);
    EXPECT_EQ(begin(world).version, 3) << "done: the next is another";
}

TEST(Rekey, matches_are_proved_under_the_key_of_their_time) {
    World world;
    expect(world, "p1", 1000, "INVOICE-2041");
    world.settle("t1", 1000, "INVOICE-2041", "E2E-ORDER-p1");
    (void)rekey(world, 100);
    expect(world, "p2", 2000, "INVOICE-2042");
    world.settle("t2", 2000, "INVOICE-2042", "E2E-ORDER-p2");
    EXPECT_TRUE(world.match_of("t2")->evidence.find(R"("key_version":2)") != std::string::npos);
    const TenantKeys& keys = world.context().keys;
    AuditCursor cursor;
    std::size_t matches = 0;
    while (cursor.phase != AuditPhase::done) {
        const auto page = world.read<AuditPage>(
            [&](Session& s) { return audit(s, keys, World::tenant, cursor, 10); });
        for (const AuditFinding& finding : page.findings)
            ADD_FAILURE() << finding.what << " " << finding.subject;
        matches += cursor.phase == AuditPhase::matches ? page.checked : 0;
        cursor = page.next;
    }
    EXPECT_EQ(matches, 2U);
}

} // namespace
} // namespace settled::units
