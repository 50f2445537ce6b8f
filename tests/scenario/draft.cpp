#include "draft.h"

#include "domain/settlement.h"
#include "units/testing.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::scenario {

using units::testing::gbp;
using units::testing::party;

void Draft::pay(const Pay& said) {
    domain::NewPayment payment;
    payment.amount = gbp(said.minor);
    payment.reference = said.reference;
    payment.end_to_end_id = said.end_to_end_id;
    if (!said.payer.empty())
        payment.payer = party(said.payer);
    facts.push_back({Kind::pay, payments.size()});
    payments.push_back(std::move(payment));
}

void Draft::money(const Pay& said) {
    domain::SettlementFact fact;
    fact.scheme = "FasterPayments";
    fact.amount = gbp(said.minor);
    fact.reference = said.reference;
    fact.end_to_end_id = said.end_to_end_id;
    if (!said.payer.empty())
        fact.counterparty = party(said.payer);
    facts.push_back({Kind::money, settlements.size()});
    settlements.push_back(std::move(fact));
}

void Draft::give_back(domain::SettlementFact fact) {
    fact.credit = false;
    fact.is_return = true;
    facts.push_back({Kind::give_back, returns.size()});
    returns.push_back(std::move(fact));
}

std::string name_of(char kind, std::size_t i) {
    return fmt::format("{}{}", kind, i + 1);
}

Times times_around(Instant settled) {
    return {settled - std::chrono::seconds(30), settled, settled + std::chrono::seconds(30)};
}

SmallWorld small_world_of(const Draft& draft, const Times& times) {
    constexpr std::string_view account = "DE1";
    SmallWorld small;
    for (std::size_t i = 0; i < draft.payments.size(); ++i) {
        domain::NewPayment payment = draft.payments[i];
        payment.created_at = times.created;
        small.payments.push_back({name_of('p', i), domain::identity_of(payment, account)});
    }
    const auto identity = [&](domain::SettlementFact fact, Instant at) {
        fact.account = party(account);
        fact.settled_at = at;
        return domain::settlement_from(fact, {}, {}, at).identity;
    };
    for (std::size_t i = 0; i < draft.settlements.size(); ++i)
        small.settlements.push_back(
            {name_of('s', i), identity(draft.settlements[i], times.settled)});
    for (std::size_t i = 0; i < draft.returns.size(); ++i)
        small.returns.push_back({name_of('r', i), identity(draft.returns[i], times.returned)});
    for (const Fact& fact : draft.facts) {
        if (fact.kind == Kind::cancel)
            small.payments[fact.of].is_cancelled = true;
        if (fact.kind == Kind::reject)
            small.settlements[fact.of].is_rejected = true;
        if (fact.kind == Kind::give)
            small.settlements[fact.of].given_to = name_of('p', fact.payment);
    }
    return small;
}

bool can_be_told(const std::vector<Fact>& facts) {
    const auto place = [&](Kind kind, std::size_t of) {
        return std::ranges::find_if(
            facts, [&](const Fact& fact) { return fact.kind == kind && fact.of == of; });
    };
    for (auto fact = facts.begin(); fact != facts.end(); ++fact) {
        if (fact->kind == Kind::cancel && fact < place(Kind::pay, fact->of))
            return false;
        if ((fact->kind == Kind::reject || fact->kind == Kind::give) &&
            fact < place(Kind::money, fact->of))
            return false;
        if (fact->kind == Kind::give && fact < place(Kind::pay, fact->payment))
            return false;
    }
    return true;
}

std::string text_of(const Draft& draft, const std::vector<Fact>& order) {
    std::string text;
    for (const Fact& fact : order) {
        static constexpr std::string_view verbs[] = {"p",        "s",        "r",
                                                     "cancel p", "reject s", "give s"};
        text += fmt::format("  {}{}", verbs[static_cast<std::size_t>(fact.kind)], fact.of + 1);
        if (fact.kind == Kind::give)
            text += fmt::format(" to p{}", fact.payment + 1);
    }
    const auto describe = [&](std::string_view name, std::size_t i, const auto& fact,
                              const domain::Party& payer) {
        text += fmt::format("\n{}{} {} ref={} e2e={} payer={}", name, i + 1, fact.amount.minor,
                            fact.reference, fact.end_to_end_id, domain::account_key_of(payer));
    };
    for (std::size_t i = 0; i < draft.payments.size(); ++i)
        describe("p", i, draft.payments[i], draft.payments[i].payer);
    for (std::size_t i = 0; i < draft.settlements.size(); ++i)
        describe("s", i, draft.settlements[i], draft.settlements[i].counterparty);
    for (std::size_t i = 0; i < draft.returns.size(); ++i)
        describe("r", i, draft.returns[i], draft.returns[i].counterparty);
    return text;
}

std::vector<std::vector<Fact>> all_orders(const Draft& draft) {
    std::vector<std::size_t> places(draft.facts.size());
    std::ranges::generate(places, [i = 0U]() mutable { return i++; });
    std::vector<std::vector<Fact>> orders;
    do {
        std::vector<Fact> order;
        for (const std::size_t place : places)
            order.push_back(draft.facts[place]);
        if (can_be_told(order))
            orders.push_back(std::move(order));
    } while (std::ranges::next_permutation(places).found);
    return orders;
}

} // namespace settled::scenario
