// Payments that should have settled by now.
#include "units/payments/overdue.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::PaymentStatus;
using std::chrono::hours;
using testing::World;

void sweep(World& world) {
    for (std::size_t rail = 0; rail < match::rails; ++rail)
        while (world.write<bool>([&](store::Session& s) {
            return sweep_overdue(s, world.context(), World::tenant, static_cast<match::Rail>(rail),
                                 world.now());
        })) {
        }
}

domain::NewPayment payment(const World& world, std::string_view id, std::string_view scheme) {
    auto payment = world.payment(id, 1234);
    payment.scheme = scheme;
    payment.reference = id;
    return payment;
}

TEST(Overdue, a_payment_is_published_as_overdue_once_after_the_time_of_its_rail) {
    World world;
    world.register_payment(payment(world, "order-20418", "fps"));
    world.register_payment(payment(world, "order-20419", "bacs"));
    world.clock().advance(hours(2));
    sweep(world);
    EXPECT_TRUE(world.events().empty());
    world.clock().advance(hours(1));
    sweep(world);
    sweep(world);
    ASSERT_EQ(world.events().size(), 1U);
    EXPECT_EQ(world.events().at(0).type, "payment.overdue");
    EXPECT_EQ(world.payment_named("order-20418").status, PaymentStatus::overdue);
    EXPECT_EQ(world.payment_named("order-20419").status, PaymentStatus::expected);
    world.clock().advance(hours(24 * 7));
    sweep(world);
    EXPECT_EQ(world.payment_named("order-20419").status, PaymentStatus::overdue);
}

// One account has rules of its own.
class PatienceOfOneAccount final : public AccountRules {
  public:
    PatienceOfOneAccount(std::string_view iban, hours patience) : account_(account_key(iban)) {
        own_.overdue_after[static_cast<std::size_t>(match::Rail::faster_payments)] = patience;
    }
    std::shared_ptr<const match::RuleSet> rules_of(TenantId,
                                                   std::string_view account) const override {
        return std::make_shared<const match::RuleSet>(account == account_ ? own_ : general_);
    }
    std::vector<std::shared_ptr<const match::RuleSet>> all_of(TenantId tenant) const override {
        return {rules_of(tenant, ""), rules_of(tenant, account_)};
    }

  private:
    std::string account_;
    match::RuleSet general_, own_;
};

std::vector<std::string> overdue_after(World& world, const AccountRules& rules, hours time) {
    world.use_rules(rules);
    world.clock().advance(time);
    sweep(world);
    std::vector<std::string> overdue;
    for (const std::string id : {"of-the-shop", "of-the-other"})
        if (world.payment_named(id).status == PaymentStatus::overdue)
            overdue.push_back(id);
    return overdue;
}

TEST(Overdue, an_account_has_the_time_of_its_own_rules) {
    constexpr std::string_view other = "GB29CLRB04040100057355";
    World world;
    world.add_account(other);
    auto of_the_other = payment(world, "of-the-other", "fps");
    of_the_other.payee = testing::party(other, "Other");
    world.register_payment(payment(world, "of-the-shop", "fps"));
    world.register_payment(of_the_other);
    using ::testing::ElementsAre;
    const PatienceOfOneAccount long_for_the_shop(testing::iban_of_shop, hours(30));
    EXPECT_THAT(overdue_after(world, long_for_the_shop, hours(3)), ElementsAre("of-the-other"));
    EXPECT_THAT(overdue_after(world, long_for_the_shop, hours(24)), ElementsAre("of-the-other"));
    EXPECT_THAT(overdue_after(world, long_for_the_shop, hours(4)),
                ElementsAre("of-the-shop", "of-the-other"));
    EXPECT_EQ(world.events().size(), 2U) << "each once";
}

TEST(Overdue, rules_that_became_shorter_leave_no_payment_out) {
    World world;
    world.register_payment(payment(world, "of-the-shop", "fps"));
    world.register_payment(payment(world, "of-the-other", "fps"));
    const PatienceOfOneAccount longer(testing::iban_of_shop, hours(6));
    EXPECT_TRUE(overdue_after(world, longer, hours(5)).empty());
    const PatienceOfOneAccount as_the_others(testing::iban_of_shop, hours(2));
    EXPECT_EQ(overdue_after(world, as_the_others, hours(2)).size(), 2U);
}

TEST(Overdue,
     an_account_whose_rules_give_no_time_is_looked_at_as_soon_as_its_payment_is_committed) {
    World world;
    world.register_payment(payment(world, "of-the-shop", "fps"));
    const PatienceOfOneAccount at_once(testing::iban_of_shop, hours(0));
    world.use_rules(at_once);
    world.clock().advance(std::chrono::seconds(9));
    sweep(world);
    EXPECT_TRUE(world.events().empty()) << "others may still be committed below it";
    world.clock().advance(std::chrono::seconds(2));
    sweep(world);
    EXPECT_EQ(world.payment_named("of-the-shop").status, PaymentStatus::overdue);
}

TEST(Overdue, is_no_end_the_money_may_still_come) {
    World world;
    world.register_payment(payment(world, "order-20418", "fps"));
    world.clock().advance(hours(3));
    sweep(world);
    auto fact = world.fact(1234);
    fact.reference = "order-20418";
    world.settle("t", fact);
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("t"), "order-20418");
}

TEST(Overdue, a_payment_that_settled_in_time_is_not_published_as_overdue) {
    World world;
    world.register_payment(payment(world, "order-20418", "fps"));
    auto fact = world.fact(1234);
    fact.reference = "order-20418";
    world.settle("t", fact);
    world.pass_watermark();
    world.clock().advance(hours(24));
    sweep(world);
    EXPECT_EQ(world.events().size(), 1U);
}

TEST(Archive, is_looked_at_last_and_by_an_id_still_decides) {
    World world;
    auto old = payment(world, "order-20418", "fps");
    old.end_to_end_id = "E2E0000001";
    world.register_payment(old);
    world.clock().advance(hours(24 * 30));
    sweep(world);
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E0000001";
    world.settle("t", fact);
    EXPECT_EQ(world.payment_of("t"), "") << "not at once";
    world.clock().advance(world.context().watermark);
    world.run_due();
    EXPECT_EQ(world.payment_of("t"), "order-20418");
    world.settle("u", fact);
    world.clock().advance(world.context().watermark);
    world.run_due();
    EXPECT_EQ(world.payment_of("u"), "") << "nothing of it is left in the archive";
}

} // namespace
} // namespace settled::units
