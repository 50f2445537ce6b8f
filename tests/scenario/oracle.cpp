#include "oracle.h"

#include "match/groups.h"
#include "match/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace settled::scenario {

namespace {

using match::Choice;
using match::Coverage;
using match::MatchFields;
using match::Outcome;
using match::Rank;
using match::RejectReason;

enum class Standing : std::uint8_t { unmatched, matched, ambiguous, returned, rejected };

struct Payment {
    MatchFields open; // what is still to come of it
    std::int64_t whole = 0;
    bool is_open = true;
    bool is_returned = false;
};

struct Settlement {
    MatchFields identity;
    Standing standing = Standing::unmatched;
    bool in_a_set = false;
    bool was_matched = false;                                  // when it went back
    std::vector<std::pair<std::size_t, std::int64_t>> of = {}; // payments, and how much of each

    bool is_open() const {
        return standing == Standing::unmatched || standing == Standing::ambiguous;
    }
};

using Indexes = std::vector<std::size_t>;

Indexes without(Indexes all, const Indexes& some) {
    std::erase_if(all, [&](std::size_t i) { return std::ranges::find(some, i) != some.end(); });
    return all;
}

class Oracle {
  public:
    explicit Oracle(const SmallWorld& world) : world_(world) {
        for (const WorldPayment& payment : world.payments)
            payments_.push_back({.open = payment.identity,
                                 .whole = payment.identity.amount.minor,
                                 .is_open = !payment.is_cancelled});
        for (const WorldSettlement& settlement : world.settlements)
            settlements_.push_back({.identity = settlement.identity});
        is_applied_.resize(world.returns.size());
    }

    std::vector<std::string> run() {
        decide_by_hand();
        take_back(true);
        settle();
        take_back(false);
        settle();
        return_payments();
        return lines();
    }

  private:
    void decide_by_hand() {
        for (std::size_t s = 0; s < settlements_.size(); ++s) {
            const WorldSettlement& said = world_.settlements[s];
            if (said.is_rejected)
                settlements_[s].standing = Standing::rejected;
            for (std::size_t p = 0; p < payments_.size(); ++p)
                if (!said.given_to.empty() && world_.payments[p].name == said.given_to)
                    give(s, p);
        }
    }

    // Of all the money that a return names one must be it; those that name an id come first.
    void take_back(bool by_id) {
        bool again = true;
        while (std::exchange(again, false))
            for (std::size_t r = 0; r < world_.returns.size(); ++r) {
                const MatchFields& returned = world_.returns[r].identity;
                if (is_applied_[r] || (by_id && !match::names_an_id(returned)))
                    continue;
                Indexes named;
                for (std::size_t s = 0; s < settlements_.size(); ++s)
                    if (settlements_[s].standing != Standing::returned &&
                        match::is_return_of(returned, settlements_[s].identity))
                        named.push_back(s);
                if (named.size() != 1)
                    continue;
                is_applied_[r] = again = true;
                go_back(named.front());
            }
    }

    void go_back(std::size_t s) {
        Settlement& settlement = settlements_[s];
        settlement.standing = Standing::returned;
        settlement.was_matched = !settlement.of.empty();
        for (const auto& [p, minor] : std::exchange(settlement.of, {})) {
            Payment& payment = payments_[p];
            payment.open.amount.minor += minor;
            const bool nothing_left = payment.open.amount.minor >= payment.whole;
            payment.is_returned = nothing_left;
            payment.is_open = !nothing_left;
        }
    }

    void give(std::size_t s, std::size_t p) {
        const std::int64_t minor = settlements_[s].identity.amount.minor;
        settlements_[s].standing = Standing::matched;
        settlements_[s].of.emplace_back(p, minor);
        payments_[p].open.amount.minor -= minor;
        payments_[p].is_open = payments_[p].open.amount.minor > 0;
    }

    // Until a round changes nothing.
    void settle() {
        while (settle_one() || settle_group())
            ;
        for (std::size_t s = 0; s < settlements_.size(); ++s)
            if (settlements_[s].is_open())
                settlements_[s].standing = judge(s).first == Outcome::ambiguous
                                               ? Standing::ambiguous
                                               : Standing::unmatched;
    }

    bool settle_one() {
        for (std::size_t s = 0; s < settlements_.size(); ++s) {
            if (!settlements_[s].is_open())
                continue;
            const auto [outcome, p] = judge(s);
            if (outcome != Outcome::one)
                continue;
            give(s, p);
            return true;
        }
        return false;
    }

    Indexes open_payments() const {
        Indexes open;
        for (std::size_t p = 0; p < payments_.size(); ++p)
            if (payments_[p].is_open)
                open.push_back(p);
        return open;
    }
    // `first` stands first, whether it is open or not.
    Indexes open_settlements(std::size_t first) const {
        Indexes open{first};
        for (std::size_t s = 0; s < settlements_.size(); ++s)
            if (settlements_[s].is_open() && s != first)
                open.push_back(s);
        return open;
    }

    Choice choose_payment(std::size_t s, const Indexes& among) const {
        std::vector<MatchFields> identities;
        for (const std::size_t p : among)
            identities.push_back(payments_[p].open);
        return match::choose_payment(settlements_[s].identity, identities, Coverage::complete);
    }
    Choice choose_settlement(std::size_t p, const Indexes& among) const {
        std::vector<MatchFields> identities;
        for (const std::size_t s : among)
            identities.push_back(settlements_[s].identity);
        return match::choose_settlement(payments_[p].open, identities, Coverage::complete);
    }

    std::pair<Outcome, std::size_t> judge(std::size_t s) const {
        const Indexes payments = open_payments();
        const Choice choice = choose_payment(s, payments);
        if (choice.outcome != Outcome::one)
            return {choice.outcome, 0};
        const std::size_t p = payments[choice.candidates.front().index];
        const bool taken = is_taken(s, p, {}, {});
        return {taken ? Outcome::one : Outcome::ambiguous, p};
    }

    // Whether the payment takes the settlement, those that are done with aside: no other settlement
    // has a claim, or each one with a weaker claim gets something better.
    bool is_taken(std::size_t s, std::size_t p, const Indexes& done_settlements,
                  const Indexes& done_payments) const {
        const Indexes suitors = without(open_settlements(s), done_settlements);
        const Choice choice = choose_settlement(p, suitors);
        if (!match::counterpart_rejection(choice, 0))
            return true;
        const auto own = std::ranges::find(choice.candidates, 0U, &match::Candidate::index);
        if (own == choice.candidates.end() || own->reject_reason != RejectReason::rival_casts_doubt)
            return false;
        Indexes settlements = done_settlements;
        Indexes payments = done_payments;
        settlements.push_back(s);
        payments.push_back(p);
        std::vector<std::pair<std::size_t, Rank>> claims;
        for (const match::Candidate& candidate : choice.candidates)
            if (candidate.index != 0)
                claims.emplace_back(suitors[candidate.index], candidate.rank);
        if (std::ranges::any_of(choice.candidates, [&](const match::Candidate& candidate) {
                return (candidate.index != 0 &&
                        candidate.reject_reason != RejectReason::weaker_rank) ||
                       settlements_[suitors[candidate.index]].identity.amount !=
                           settlements_[s].identity.amount;
            }))
            return false;
        return all_get_better(std::move(claims), std::move(settlements), std::move(payments));
    }

    bool all_get_better(std::vector<std::pair<std::size_t, Rank>> claims, Indexes settlements,
                        Indexes payments) const {
        for (std::size_t i = 0; i < claims.size(); ++i) {
            const auto [s, rank] = claims[i];
            const Indexes left = without(open_payments(), payments);
            const Choice choice = choose_payment(s, left);
            if (choice.outcome != Outcome::one || choice.candidates.front().rank >= rank)
                continue;
            const std::size_t p = left[choice.candidates.front().index];
            if (payments_[p].open.amount != settlements_[s].identity.amount ||
                !is_taken(s, p, settlements, payments))
                continue;
            settlements.push_back(s);
            payments.push_back(p);
            claims.erase(claims.begin() + static_cast<std::ptrdiff_t>(i));
            return all_get_better(std::move(claims), std::move(settlements), std::move(payments));
        }
        return claims.empty();
    }

    bool settle_group() {
        for (std::size_t s = 0; s < settlements_.size(); ++s)
            if (settlements_[s].is_open() && (settle_twins(s) || settle_sum(s)))
                return true;
        return false;
    }

    // Those that a choice names, if all are alike and of one rank.
    template <class Of>
    static std::optional<Indexes> twins_of(const Choice& choice, const Indexes& among,
                                           const Of& identity_of) {
        Indexes twins;
        std::vector<MatchFields> identities;
        for (const match::Candidate& candidate : choice.candidates) {
            if (candidate.rank != choice.candidates.front().rank || !candidate.may_win())
                return std::nullopt;
            twins.push_back(among[candidate.index]);
            identities.push_back(identity_of(twins.back()));
        }
        return match::are_twins(identities) ? std::optional(twins) : std::nullopt;
    }

    bool settle_twins(std::size_t s) {
        const Indexes open = open_payments();
        const auto payments = twins_of(choose_payment(s, open), open,
                                       [&](std::size_t p) { return payments_[p].open; });
        if (!payments || payments->size() < 2)
            return false;
        const Indexes suitors = open_settlements(s);
        const auto settlements = twins_of(choose_settlement(payments->front(), suitors), suitors,
                                          [&](std::size_t i) { return settlements_[i].identity; });
        if (!settlements || settlements->size() != payments->size())
            return false;
        for (std::size_t i = 0; i < payments->size(); ++i) {
            give((*settlements)[i], (*payments)[i]);
            settlements_[(*settlements)[i]].in_a_set = true;
        }
        return true;
    }

    // By what the two would be known, were their amounts equal.
    static bool belongs(const MatchFields& payment, MatchFields settlement) {
        settlement.amount = payment.amount;
        const auto relation = match::relate(payment, settlement);
        return relation.rank && relation.may_match() && relation.rank != Rank::single_use_account;
    }
    static bool fits_alone(const MatchFields& payment, const MatchFields& settlement) {
        return payment.amount == settlement.amount &&
               match::relate(payment, settlement).rank.has_value();
    }
    // nullopt: one of them is all of it.
    std::optional<Indexes> payments_of(std::size_t s) const {
        Indexes known;
        for (const std::size_t p : open_payments()) {
            if (fits_alone(payments_[p].open, settlements_[s].identity))
                return std::nullopt;
            if (belongs(payments_[p].open, settlements_[s].identity))
                known.push_back(p);
        }
        return known;
    }
    std::optional<Indexes> settlements_of(std::size_t p, std::size_t first) const {
        Indexes known;
        for (const std::size_t s : open_settlements(first)) {
            if (fits_alone(payments_[p].open, settlements_[s].identity))
                return std::nullopt;
            if (belongs(payments_[p].open, settlements_[s].identity))
                known.push_back(s);
        }
        return known;
    }

    bool settle_sum(std::size_t s) {
        const auto known = payments_of(s);
        if (!known || known->empty())
            return false;
        return known->size() == 1 ? settle_split(s, known->front()) : settle_merge(s, *known);
    }

    bool settle_split(std::size_t s, std::size_t p) {
        const auto parts = settlements_of(p, s);
        if (!parts)
            return false;
        std::vector<Money> amounts;
        for (const std::size_t part : *parts)
            amounts.push_back(settlements_[part].identity.amount);
        const auto sum = match::sum_to(payments_[p].open.amount, amounts, 5);
        if (sum.fit != match::Fit::one || (*parts)[sum.members.front()] != s)
            return false;
        for (const std::size_t member : sum.members)
            if (payments_of((*parts)[member]) != Indexes{p})
                return false;
        for (const std::size_t member : sum.members)
            give((*parts)[member], p);
        return true;
    }

    bool settle_merge(std::size_t s, const Indexes& known) {
        std::vector<Money> amounts;
        for (const std::size_t p : known)
            amounts.push_back(payments_[p].open.amount);
        const auto sum = match::sum_to(settlements_[s].identity.amount, amounts, 5);
        if (sum.fit != match::Fit::one)
            return false;
        for (const std::size_t member : sum.members)
            if (settlements_of(known[member], s) != Indexes{s})
                return false;
        settlements_[s].standing = Standing::matched;
        for (const std::size_t member : sum.members) {
            Payment& payment = payments_[known[member]];
            settlements_[s].of.emplace_back(known[member], payment.open.amount.minor);
            payment.open.amount.minor = 0;
            payment.is_open = false;
        }
        return true;
    }

    // Money that went back before it was matched: the payment that nothing else was for.
    void return_payments() {
        for (std::size_t s = 0; s < settlements_.size(); ++s) {
            if (settlements_[s].standing != Standing::returned || settlements_[s].was_matched)
                continue;
            const auto [outcome, p] = judge(s);
            if (outcome == Outcome::one && payments_[p].open.amount.minor == payments_[p].whole) {
                payments_[p].is_open = false;
                payments_[p].is_returned = true;
            }
        }
    }

    std::string payment_line(std::size_t p) const {
        const Payment& payment = payments_[p];
        const bool untouched = payment.open.amount.minor == payment.whole;
        std::string_view status = "settled";
        if (world_.payments[p].is_cancelled)
            status = "cancelled";
        else if (payment.is_returned)
            status = "returned";
        else if (payment.is_open)
            status = untouched ? "expected" : "partially_settled";
        return fmt::format("{} {}", world_.payments[p].name, status);
    }

    std::string settlement_line(std::size_t s) const {
        static constexpr std::string_view tokens[] = {"unmatched", "matched", "ambiguous",
                                                      "reversed", "rejected"};
        const Settlement& settlement = settlements_[s];
        std::vector<std::string> names;
        for (const auto& [p, minor] : settlement.of)
            names.push_back(world_.payments[p].name);
        std::ranges::sort(names);
        return fmt::format("{} {}{}", world_.settlements[s].name,
                           tokens[static_cast<std::size_t>(settlement.standing)],
                           settlement.in_a_set ? std::string(" in a set")
                           : names.empty()     ? std::string()
                                               : fmt::format(" {}", fmt::join(names, " ")));
    }

    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (std::size_t p = 0; p < payments_.size(); ++p)
            all.push_back(payment_line(p));
        for (std::size_t s = 0; s < settlements_.size(); ++s)
            all.push_back(settlement_line(s));
        std::ranges::sort(all);
        return all;
    }

    const SmallWorld& world_;
    std::vector<Payment> payments_;
    std::vector<Settlement> settlements_;
    std::vector<bool> is_applied_;
};

std::optional<Rank> rank_between(const WorldPayment& payment, const WorldSettlement& settlement) {
    return match::relate(payment.identity, settlement.identity).rank;
}

// Another payment or settlement is related to one of the two.
bool others_are_near(const SmallWorld& world, const WorldPayment& payment,
                     const WorldSettlement& settlement) {
    const auto relates = [](const WorldPayment& p, const WorldSettlement& s) {
        MatchFields as_large = s.identity;
        as_large.amount = p.identity.amount;
        return rank_between(p, s) || match::relate(p.identity, as_large).rank;
    };
    return std::ranges::any_of(world.payments,
                               [&](const WorldPayment& other) {
                                   return other.name != payment.name && relates(other, settlement);
                               }) ||
           std::ranges::any_of(world.settlements, [&](const WorldSettlement& other) {
               return other.name != settlement.name && relates(payment, other);
           });
}

bool are_paired(const SmallWorld& world, const WorldPayment& payment,
                const WorldSettlement& settlement) {
    const std::string line = fmt::format("{} matched {}", settlement.name, payment.name);
    return std::ranges::count(oracle(world), line) != 0;
}

bool is_decided_by_hand(const SmallWorld& world, const WorldPayment& payment,
                        const WorldSettlement& settlement) {
    return payment.is_cancelled || settlement.is_rejected || !settlement.given_to.empty() ||
           std::ranges::any_of(world.settlements, [&](const WorldSettlement& other) {
               return other.given_to == payment.name;
           });
}

} // namespace

std::vector<std::string> oracle(const SmallWorld& world) {
    return Oracle(world).run();
}

bool order_matters(const SmallWorld& world) {
    for (const WorldPayment& payment : world.payments)
        for (const WorldSettlement& settlement : world.settlements) {
            const auto rank = rank_between(payment, settlement);
            if (!rank || *rank > Rank::end_to_end_id)
                continue;
            if (is_decided_by_hand(world, payment, settlement))
                return true;
            // Who is the only one with all others there is the only one with some of them, too.
            const bool is_theirs = world.returns.empty() && are_paired(world, payment, settlement);
            if (!is_theirs && others_are_near(world, payment, settlement))
                return true;
        }
    return std::ranges::any_of(world.returns, [&](const WorldReturn& returned) {
        const auto named =
            std::ranges::count_if(world.settlements, [&](const WorldSettlement& settlement) {
                return match::is_return_of(returned.identity, settlement.identity);
            });
        const bool touched =
            std::ranges::any_of(world.settlements, [&](const WorldSettlement& settlement) {
                return match::is_return_of(returned.identity, settlement.identity) &&
                       (settlement.is_rejected || !settlement.given_to.empty());
            });
        return touched || (named > 1 && match::names_an_id(returned.identity));
    });
}

} // namespace settled::scenario
