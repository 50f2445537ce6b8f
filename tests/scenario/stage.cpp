#include "stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::scenario {

using units::testing::party;
using units::testing::World;

Times times_of(const World& world) {
    return times_around(world.now() - std::chrono::minutes(1));
}

Stage::Stage(World& world, const Draft& draft, std::size_t number)
    : world_(world), draft_(draft), times_(times_of(world)), account_(fmt::format("DE{}", number)),
      suffix_(fmt::format("/{}", number)) {
    world.add_account(account_);
}

void Stage::play(const Fact& fact) {
    switch (fact.kind) {
    case Kind::pay:
        return register_payment(fact.of, false);
    case Kind::cancel:
        return register_payment(fact.of, true);
    case Kind::money:
        return arrive('s', fact.of, draft_.settlements[fact.of], times_.settled);
    case Kind::give_back:
        return arrive('r', fact.of, draft_.returns[fact.of], times_.returned);
    case Kind::reject:
    case Kind::give:
        return decide(fact);
    }
}

std::vector<std::string> Stage::lines() {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < draft_.payments.size(); ++i)
        all.push_back(
            fmt::format("{} {}", name_of('p', i),
                        domain::token(world_.payment_named(name_of('p', i) + suffix_).status)));
    for (std::size_t i = 0; i < draft_.settlements.size(); ++i)
        all.push_back(settlement_line(i));
    std::ranges::sort(all);
    return all;
}

SmallWorld Stage::left() {
    SmallWorld small;
    for (std::size_t i = 0; i < draft_.payments.size(); ++i) {
        const auto payment = world_.payment_named(name_of('p', i) + suffix_);
        if (domain::is_open(payment.status))
            small.payments.push_back({name_of('p', i), payment.identity});
    }
    for (std::size_t i = 0; i < draft_.settlements.size(); ++i) {
        const auto settlement = settlement_of(i);
        if (settlement.is_open())
            small.settlements.push_back({name_of('s', i), settlement.identity});
    }
    return small;
}

void Stage::register_payment(std::size_t i, bool has_failed) {
    domain::NewPayment payment = draft_.payments[i];
    payment.client_id = name_of('p', i) + suffix_;
    payment.payee = party(account_);
    payment.created_at = times_.created;
    payment.has_failed = has_failed;
    world_.register_payment(payment);
}
void Stage::arrive(char kind, std::size_t i, domain::SettlementFact fact, Instant at) {
    fact.account = party(account_);
    fact.settled_at = at;
    world_.settle(name_of(kind, i) + suffix_, fact);
}
void Stage::decide(const Fact& fact) {
    const units::Decision decision{World::tenant, std::nullopt, "key", "said so", world_.now()};
    const auto parts = std::make_shared<const std::vector<units::PaymentPart>>(
        1, units::PaymentPart{name_of('p', fact.payment) + suffix_, std::nullopt});
    const SettlementId id = settlement_of(fact.of).id;
    const auto upshot = world_.write<Result<units::DecisionResult>>([&](store::Session& s) {
        return fact.kind == Kind::reject
                   ? units::reject(s, world_.context(), decision, id)
                   : units::match_by_hand(s, world_.context(), decision, id, parts);
    });
    EXPECT_TRUE(upshot.has_value()) << upshot.error().detail;
}

domain::Settlement Stage::settlement_of(std::size_t i) {
    return world_.settlement(name_of('s', i) + suffix_);
}

std::string Stage::settlement_line(std::size_t i) {
    const auto settlement = settlement_of(i);
    std::string line = fmt::format("{} {}", name_of('s', i), token(settlement.status));
    const auto matches = world_.read<std::vector<domain::Match>>([&](store::Session& s) {
        return store::matches_of_settlement(s, World::tenant, settlement.id);
    });
    std::vector<std::string> names;
    for (const domain::Match& match : matches) {
        if (match.pairing == domain::Pairing::set)
            return line + " in a set";
        const auto payment = world_.read<std::optional<domain::Payment>>([&](store::Session& s) {
            return store::find_payment(s, World::tenant, match.payment_id);
        });
        names.push_back(payment->client_id.substr(0, payment->client_id.find('/')));
    }
    std::ranges::sort(names);
    for (const std::string& name : names)
        line += " " + name;
    return line;
}

} // namespace settled::scenario
