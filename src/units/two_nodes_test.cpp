// Two nodes on one database, at the same time: a payment and its settlement are never missed, never
// paired twice, and a fact that both nodes received has one effect.
#include "units/matching/neighbours.h"
#include "units/testing.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

namespace settled::units {
namespace {

using store::testing::Awaited;
using store::testing::must;
using testing::World;
using Kind = Registered::Kind;

// A second process of the installation in `world`: ids and store of its own.
struct OtherNode {
    explicit OtherNode(World& world)
        : ids(world.clock(), 2), context{ids, world.context().keys},
          store(store::testing::open_store(world.directory())) {}
    IdMint ids;
    Context context;
    std::unique_ptr<store::Store> store;
};

struct Node {
    store::Store& store;
    const Context& context;
};

Awaited<Registered> registers(const Node& node, const World& world, const std::string& id,
                              std::int64_t minor) {
    const auto registration =
        std::make_shared<const Registration>(World::tenant, world.payment(id, minor), world.now());
    const Context& context = node.context;
    return Awaited<Registered>::write(node.store, [&context, registration](store::Session& s) {
        return register_payment(s, context, registration);
    });
}

Awaited<Accepted> accepts(const Node& node, const World& world, const std::string& id,
                          std::int64_t minor, const std::string& end_to_end_id) {
    domain::SettlementFact fact = world.fact(minor);
    fact.transaction_id = id;
    fact.end_to_end_id = end_to_end_id;
    const auto arrival = std::make_shared<const Arrival>(
        World::tenant, World::connector, World::webhook(id, std::move(fact)), "{}", world.now());
    const Context& context = node.context;
    return Awaited<Accepted>::write(node.store, [&context, arrival](store::Session& s) {
        return accept_webhook(s, context, arrival);
    });
}

store::Step<> hold(store::Session&, std::promise<void>& entered, std::latch& released) {
    entered.set_value();
    released.wait();
    co_return;
}

// Keeps a node's writer busy until all is submitted: then both nodes have much to do at once.
class Held {
  public:
    explicit Held(store::Store& store)
        : unit_(Awaited<void>::write(
              store, [this](store::Session& s) { return hold(s, entered_, released_); })) {
        entered_.get_future().wait();
    }
    void release() { released_.count_down(); }
    ~Held() { EXPECT_TRUE(unit_.get().has_value()); }

  private:
    std::promise<void> entered_;
    std::latch released_{1};
    Awaited<void> unit_;
};

class PostgresTwoNodes : public ::testing::Test {
  protected:
    World world;
    OtherNode other{world};
    std::array<Node, 2> nodes{{{world.store(), world.context()}, {*other.store, other.context}}};
};

TEST_F(PostgresTwoNodes, find_each_pair_of_which_they_have_one_half_each) {
    constexpr int pairs = 150;
    Held here(nodes[0].store);
    Held there(nodes[1].store);
    std::vector<Awaited<Registered>> payments;
    std::vector<Awaited<Accepted>> settlements;
    for (int i = 0; i < pairs; ++i) {
        const auto which = static_cast<std::size_t>(i % 2);
        const std::string id = "order-number-" + std::to_string(i);
        auto payment = world.payment(id, 1000 + i);
        payment.end_to_end_id = id;
        const auto registration =
            std::make_shared<const Registration>(World::tenant, payment, world.now());
        const Context& context = nodes[which].context;
        payments.push_back(Awaited<Registered>::write(
            nodes[which].store, [&context, registration](store::Session& s) {
                return register_payment(s, context, registration);
            }));
        settlements.push_back(
            accepts(nodes[1 - which], world, "t" + std::to_string(i), 1000 + i, id));
    }
    here.release();
    there.release();
    for (auto& payment : payments)
        EXPECT_EQ(must(payment.get()).kind, Kind::created);
    for (auto& settlement : settlements)
        EXPECT_EQ(must(settlement.get()).kind, Accepted::Kind::stored);
    const auto found = world.pairs();
    EXPECT_EQ(found.size(), static_cast<std::size_t>(pairs));
    for (const auto& [settlement, payment] : found)
        EXPECT_EQ("order-number-" + settlement.substr(1), payment);
    EXPECT_EQ(world.events().size(), static_cast<std::size_t>(pairs)) << "each is told once";
}

TEST_F(PostgresTwoNodes, in_one_block_never_decide_between_two) {
    for (int round = 0; round < 30; ++round) {
        const std::int64_t minor = 5000 + round;
        const std::string name = std::to_string(round);
        auto first = accepts(nodes[0], world, "a" + name, minor, "same-for-both" + name);
        auto second = accepts(nodes[1], world, "b" + name, minor, "same-for-both" + name);
        must(first.get());
        must(second.get());
        auto payment = world.payment("p" + name, minor);
        payment.end_to_end_id = "same-for-both" + name;
        EXPECT_EQ(world.register_payment(payment).kind, Kind::created);
        EXPECT_EQ(world.payment_of("a" + name), "");
        EXPECT_EQ(world.payment_of("b" + name), "");
    }
    EXPECT_EQ(world.reviews().size(), 60U);
}

domain::NewPayment payment_in_crowd(const World& world, int number) {
    auto payment = world.payment("p" + std::to_string(number), 5000 + number);
    payment.reference = "ACMESHOP-2041";
    return payment;
}

// Each settlement has been decided with that payment in view, or is owed a decision.
void expect_all_know_of(World& world, const std::string& payment) {
    std::map<std::int64_t, std::string> shown;
    for (const store::ReviewRow& review : world.reviews())
        shown[review.subject_id] = review.detail;
    for (const domain::Settlement& settlement : world.settlements())
        EXPECT_TRUE(settlement.look_again ||
                    shown[settlement.id.value].contains("\"" + payment + "\""))
            << settlement.transaction_id << " does not know of " << payment;
}

// One node registers payments near a crowd, which the other node decides about meanwhile.
TEST_F(PostgresTwoNodes, decide_each_settlement_of_a_crowd_with_every_payment_in_view) {
    constexpr int crowd = 12;
    constexpr int rounds = 8;
    static_assert(crowd > judged_at_once_max);
    for (int i = 0; i < crowd; ++i)
        world.settle("t" + std::to_string(i), 1000 + i, "ACMESHOP-2041");
    world.pass_watermark();
    for (int round = 0; round < rounds; ++round) {
        world.register_payment(payment_in_crowd(world, 2 * round));
        world.clock().advance(look_again_lag);
        std::vector<Awaited<bool>> looks;
        for (const store::TaskRow& task : world.due_timers())
            looks.push_back(
                Awaited<bool>::write(nodes[1].store, [&context = nodes[1].context, task,
                                                      now = world.now()](store::Session& s) {
                    return run_timer(s, context, task, now);
                }));
        world.register_payment(payment_in_crowd(world, 2 * round + 1));
        for (auto& look : looks)
            must(look.get());
        expect_all_know_of(world, "p" + std::to_string(2 * round + 1));
        world.clock().advance(look_again_lag);
        (void)world.run_due();
        expect_all_know_of(world, "p" + std::to_string(2 * round + 1));
    }
}

TEST_F(PostgresTwoNodes, take_in_once_what_both_are_sent_in_another_order) {
    constexpr int webhooks = 120;
    std::vector<Awaited<Accepted>> here;
    std::vector<Awaited<Accepted>> there;
    Held held_here(nodes[0].store);
    Held held_there(nodes[1].store);
    for (int i = 0; i < webhooks; ++i) {
        const int j = webhooks - 1 - i;
        here.push_back(accepts(nodes[0], world, "t" + std::to_string(i), 1000 + i, ""));
        there.push_back(accepts(nodes[1], world, "t" + std::to_string(j), 1000 + j, ""));
    }
    held_here.release();
    held_there.release();
    int stored = 0;
    for (int i = 0; i < webhooks; ++i)
        for (auto* accepted :
             {&here[static_cast<std::size_t>(i)], &there[static_cast<std::size_t>(i)]})
            stored += must(accepted->get()).kind == Accepted::Kind::stored ? 1 : 0;
    EXPECT_EQ(stored, webhooks);
    EXPECT_EQ(world.settlements().size(), static_cast<std::size_t>(webhooks));
    EXPECT_EQ(world.webhooks().size(), static_cast<std::size_t>(webhooks));
}

TEST_F(PostgresTwoNodes, a_payment_that_both_nodes_received_is_created_once) {
    for (int i = 0; i < 50; ++i) {
        auto first = registers(nodes[0], world, "p" + std::to_string(i), 1000);
        auto second = registers(nodes[1], world, "p" + std::to_string(i), 1000);
        const Registered one = must(first.get());
        const Registered two = must(second.get());
        EXPECT_EQ(one.payment.id, two.payment.id);
        EXPECT_TRUE((one.kind == Kind::created) != (two.kind == Kind::created));
    }
}

} // namespace
} // namespace settled::units
