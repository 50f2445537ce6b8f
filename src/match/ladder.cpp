#include "match/ladder.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace settled::match {

namespace {

bool exact(const Comparison& c) {
    return c.amounts == Amounts::equal;
}
bool nothing_of_reference(const Comparison& c) {
    return exact(c) && c.reference == References::absent && !c.crossed;
}
// Known by its reference, whatever the amount: by enough of it to be a key, or found under its
// payer.
bool reference_says_it(const Comparison& c) {
    return c.reference_from_the_start() ||
           (c.reference == References::equal && c.payer == Ids::equal);
}
// Strongest first.
struct Rung {
    Rank rank;
    std::string_view token;
    bool (*holds)(const Comparison&);
    bool in_any_window = false; // an id says enough, however late the money is
};
constexpr Rung ladder[] = {
    {Rank::single_use_account, "single_use_account",
     [](const Comparison& c) { return c.single_use; }, true},
    {Rank::uetr, "uetr+account+amount",
     [](const Comparison& c) { return exact(c) && c.uetr == Ids::equal; }, true},
    {Rank::end_to_end_id, "e2e+account+amount",
     [](const Comparison& c) {
         return exact(c) && c.end_to_end_id == Ids::equal && c.end_to_end_id_is_long &&
                !c.id_may_be_reference;
     },
     true},
    {Rank::end_to_end_id_only, "e2e+account",
     [](const Comparison& c) { return !exact(c) && c.id_is_equal(); }, true},
    {Rank::crossed_ids, "crossed_ids+account+amount",
     [](const Comparison& c) { return exact(c) && c.crossed; }, true},
    {Rank::reference_and_payer, "reference+payer+account+amount",
     [](const Comparison& c) {
         return exact(c) && c.reference == References::equal && c.payer == Ids::equal;
     }},
    {Rank::reference, "reference+account+amount",
     [](const Comparison& c) { return exact(c) && c.reference == References::equal; }},
    {Rank::reference_part_and_payer, "reference_part+payer+account+amount",
     [](const Comparison& c) {
         return exact(c) && c.reference_in_part() && c.payer == Ids::equal;
     }},
    {Rank::reference_part, "reference_part+account+amount",
     [](const Comparison& c) { return exact(c) && c.reference_in_part(); }},
    {Rank::payer, "payer+account+amount",
     [](const Comparison& c) { return nothing_of_reference(c) && c.payer == Ids::equal; }},
    {Rank::name, "name+account+amount",
     [](const Comparison& c) { return nothing_of_reference(c) && c.name == Ids::equal; }},
    {Rank::amount, "account+amount", [](const Comparison& c) { return nothing_of_reference(c); }},
    {Rank::reference_only, "reference+account",
     [](const Comparison& c) { return !exact(c) && reference_says_it(c); }},
};
static_assert(std::size(ladder) == ranks);
static_assert(std::ranges::is_sorted(ladder, {}, &Rung::rank));

const Rung& rung_of(Rank rank) {
    return ladder[static_cast<std::size_t>(rank)];
}

const Rung* find_rung(const Comparison& comparison) {
    const auto* const rung =
        std::ranges::find_if(ladder, [&](const Rung& row) { return row.holds(comparison); });
    return rung == std::end(ladder) ? nullptr : rung;
}

std::optional<Veto> veto_of(const Comparison& c) {
    if (!c.account)
        return Veto::account_differs;
    const bool amount_may_differ = c.single_use || c.id_is_equal() || reference_says_it(c);
    if (!exact(c) && !amount_may_differ)
        return Veto::amount_differs;
    if (c.uetr == Ids::differ)
        return Veto::uetr_differs;
    if (c.end_to_end_id == Ids::differ)
        return Veto::end_to_end_id_differs;
    if (c.payer == Ids::differ)
        return Veto::payer_differs;
    if (!c.in_order)
        return Veto::created_after_settlement;
    return std::nullopt;
}

// An amount that differs must be explained before anything is done without a person.
bool amount_is_explained(Rank rank, const Comparison& c) {
    switch (rank) {
    case Rank::single_use_account:
        return c.amounts != Amounts::foreign;
    case Rank::end_to_end_id_only:
        return c.amounts != Amounts::foreign && c.reference != References::differ;
    case Rank::reference_only:
        return c.amounts == Amounts::accepted;
    default:
        return true;
    }
}

Policy policy_of(const Rung& rung, const Comparison& c, const RuleSet& rules, Rail rail) {
    const Policy policy = rules.policy(rung.rank);
    if (policy == Policy::off)
        return policy;
    const bool is_late = !rung.in_any_window && c.delay > rules.window(rail);
    return is_late || !amount_is_explained(rung.rank, c) ? Policy::suggest : policy;
}

// What the settlement came by, else what the payment was to go by.
Rail rail_between(const MatchFields& payment, const MatchFields& settlement) {
    return settlement.rail == Rail::unknown ? payment.rail : settlement.rail;
}

} // namespace

std::string_view token(Rank rank) {
    SETTLED_ASSERT(static_cast<std::size_t>(rank) < ranks, "rank {} is not on the ladder",
                   static_cast<int>(rank));
    return rung_of(rank).token;
}

std::optional<Rank> rank_named(std::string_view token) {
    const auto* const rung = std::ranges::find(ladder, token, &Rung::token);
    return rung == std::end(ladder) ? std::nullopt : std::optional(rung->rank);
}

std::string_view token(Veto veto) {
    static constexpr std::array<std::string_view, 7> tokens{
        "account_differs", "amount_differs",           "uetr_differs",     "end_to_end_id_differs",
        "payer_differs",   "created_after_settlement", "nothing_in_common"};
    return tokens[static_cast<std::size_t>(veto)];
}

std::string_view token(Policy policy) {
    static constexpr std::array<std::string_view, 4> tokens{"automatic", "watermark", "suggest",
                                                            "off"};
    return tokens[static_cast<std::size_t>(policy)];
}

const RuleSet& standard_rules() {
    static const RuleSet rules;
    return rules;
}

Compared relate_in_full(const MatchFields& payment, const MatchFields& settlement,
                        const RuleSet& rules) {
    const Comparison comparison = compare(payment, settlement);
    if (const auto veto = veto_of(comparison))
        return {{.rank = std::nullopt, .veto = veto}, comparison};
    if (const Rung* const rung = find_rung(comparison)) {
        const Policy policy =
            policy_of(*rung, comparison, rules, rail_between(payment, settlement));
        if (policy != Policy::off)
            return {{.rank = rung->rank, .veto = std::nullopt, .policy = policy}, comparison};
    }
    return {{.rank = std::nullopt, .veto = Veto::nothing_in_common}, comparison};
}

Relation relate(const MatchFields& payment, const MatchFields& settlement, const RuleSet& rules) {
    return relate_in_full(payment, settlement, rules).relation;
}

} // namespace settled::match
