#include "units/learning/mint.h"

#include "units/learning/key_plans.h"
#include "units/testing.h"

#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using learn::Warning;

class CutsAt final : public KeyPlans {
  public:
    explicit CutsAt(std::size_t length) : length_(length) {}
    learn::KeyPlan for_payment(TenantId, const domain::Payment&) const override { return {}; }
    learn::KeyPlan for_settlement(TenantId, const domain::Settlement&) const override { return {}; }
    std::optional<std::size_t> reference_length_max(TenantId, std::string_view institution,
                                                    std::string_view,
                                                    std::string_view) const override {
        return institution == "cutter" ? std::optional(length_) : std::nullopt;
    }

  private:
    std::size_t length_;
};

class Minting : public ::testing::Test {
  protected:
    Minted mint(std::vector<std::string> candidates, std::string_view iban = iban_of_shop) {
        const auto order =
            std::make_shared<const MintOrder>(World::tenant, "", account_key(iban), "fps",
                                              std::move(candidates), world.now(), world.now() + 1h);
        return world.write<Minted>(
            [this, order](Session& s) { return mint_reference(s, world.context(), order); });
    }
    void expect(std::string_view name, std::string_view reference, std::int64_t minor = 1234) {
        auto payment = world.payment(name, minor);
        payment.reference = reference;
        ASSERT_EQ(world.register_payment(payment).kind, Registered::Kind::created);
    }
    std::vector<Warning> warnings(std::string_view name, std::string_view institution) {
        domain::Payment payment = world.payment_named(name);
        payment.institution_id = institution;
        const CutsAt plans(10);
        Context context = world.context();
        context.key_plans = &plans;
        return world.read<std::vector<Warning>>(
            [&](Session& s) { return preflight(s, context, World::tenant, payment); });
    }

    World world;
};

TEST_F(Minting, no_two_references_begin_alike) {
    EXPECT_EQ(mint({"ABCDEFGHJK01"}).row.reference, "ABCDEFGHJK01");
    EXPECT_EQ(mint({"ABCDEFGHJK02", "ZBCDEFGHJK02"}).row.reference, "ZBCDEFGHJK02");
    EXPECT_EQ(mint({"ABCDEFGHJK03", "ZBCDEFGHJK03"}).kind, Minted::Kind::all_taken);
}

TEST_F(Minting, an_open_payment_takes_its_beginning_and_a_settled_one_gives_it_back) {
    expect("p1", "abcdefghjk 77");
    EXPECT_EQ(mint({"ABCDEFGHJK01"}).kind, Minted::Kind::all_taken);
    auto fact = world.fact(1234);
    fact.reference = "ABCDEFGHJK77";
    world.settle("t1", fact);
    world.pass_watermark();
    ASSERT_EQ(world.payment_of("t1"), "p1");
    EXPECT_EQ(mint({"ABCDEFGHJK01"}).kind, Minted::Kind::reserved);
}

TEST_F(Minting, an_expired_reference_is_free_again) {
    EXPECT_EQ(mint({"ABCDEFGHJK01"}).kind, Minted::Kind::reserved);
    world.clock().advance(59min);
    EXPECT_EQ(mint({"ABCDEFGHJK02"}).kind, Minted::Kind::all_taken);
    world.clock().advance(1min);
    EXPECT_EQ(mint({"ABCDEFGHJK02"}).kind, Minted::Kind::reserved);
    world.clock().advance(2h);
    const auto gone = world.write<std::int64_t>(
        [this](Session& s) { return store::forget_references(s, World::tenant, world.now(), 10); });
    EXPECT_EQ(gone, 1);
}

TEST_F(Minting, another_account_is_another_matter) {
    constexpr std::string_view other = "GB29NWBK60161331926819";
    EXPECT_EQ(mint({"ABCDEFGHJK01"}, other).kind, Minted::Kind::account_unknown);
    world.add_account(other);
    EXPECT_EQ(mint({"ABCDEFGHJK01"}).kind, Minted::Kind::reserved);
    EXPECT_EQ(mint({"ABCDEFGHJK01"}, other).kind, Minted::Kind::reserved);
}

// The key of the table keeps them apart, on whatever node.
TEST_F(Minting, of_many_calls_at_once_one_has_it) {
    std::vector<store::testing::Awaited<Minted>> calls;
    for (int i = 0; i < 8; ++i) {
        const auto order = std::make_shared<const MintOrder>(
            World::tenant, "", account_key(iban_of_shop), "fps",
            std::vector<std::string>{"ABCDEFGHJK0" + std::to_string(i)}, world.now(),
            world.now() + 1h);
        calls.push_back(
            store::testing::Awaited<Minted>::write(world.store(), [this, order](Session& s) {
                return mint_reference(s, world.context(), order);
            }));
    }
    int reserved = 0;
    for (auto& call : calls)
        reserved += must(call.get()).kind == Minted::Kind::reserved ? 1 : 0;
    EXPECT_EQ(reserved, 1);
}

TEST_F(Minting, a_cut_that_makes_two_references_one_is_warned_of) {
    expect("p1", "ACMESHOP-2041");
    expect("p2", "ACMESHOP-2042");
    expect("p3", "ACMESHOP-3041");
    expect("p4", "ACMESHOP-2043", 9999);
    EXPECT_EQ(warnings("p1", "cutter"), std::vector{Warning::reference_cut_collides});
    EXPECT_EQ(warnings("p3", "cutter"), std::vector<Warning>{});
    EXPECT_EQ(warnings("p4", "cutter"), std::vector<Warning>{}) << "another amount";
    EXPECT_EQ(warnings("p1", "another"), std::vector<Warning>{}) << "nobody is known to cut";
}

} // namespace
} // namespace settled::units
