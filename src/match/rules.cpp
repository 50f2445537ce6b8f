#include "match/rules.h"

#include "base/assert.h"
#include "match/keys.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace settled::match {

namespace {

enum class Ids : std::uint8_t { absent, equal, differ };
enum class References : std::uint8_t {
    absent,
    equal,
    payment_longer,    // the payment's begins with the settlement's: a bank cut it
    settlement_longer, // the settlement's begins with the payment's: a bank added to it
    differ,
};

// What two identities say about each other, field by field. Everything below reads only this.
struct Comparison {
    Ids uetr;
    Ids end_to_end_id;
    Ids payer;
    References reference;
    bool end_to_end_id_is_long_enough;
};

Ids compare_ids(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty())
        return Ids::absent;
    return a == b ? Ids::equal : Ids::differ;
}

References compare_references(std::string_view payment, std::string_view settlement) {
    if (payment.empty() || settlement.empty())
        return References::absent;
    if (payment == settlement)
        return References::equal;
    if (std::min(payment.size(), settlement.size()) < prefix_length_min)
        return References::differ;
    if (payment.starts_with(settlement))
        return References::payment_longer;
    return settlement.starts_with(payment) ? References::settlement_longer : References::differ;
}

Comparison compare(const Identity& payment, const Identity& settlement) {
    return {
        .uetr = compare_ids(payment.uetr, settlement.uetr),
        .end_to_end_id = compare_ids(payment.end_to_end_id, settlement.end_to_end_id),
        .payer = compare_ids(payment.other_account, settlement.other_account),
        .reference = compare_references(payment.reference, settlement.reference),
        .end_to_end_id_is_long_enough = payment.end_to_end_id.size() >= end_to_end_id_min,
    };
}

bool one_reference_begins_the_other(const Comparison& c) {
    return c.reference == References::payment_longer ||
           c.reference == References::settlement_longer;
}

bool references_do_not_differ(const Comparison& c) {
    return c.reference != References::differ;
}

bool always(const Comparison&) {
    return true;
}
bool never(const Comparison&) {
    return false;
}

// The ladder, strongest first; account and amount agree in every row (the vetoes see to it).
struct Rung {
    Rank rank;
    std::string_view token;
    bool (*holds)(const Comparison&);
    // Whether a single winner of this rank stands although some candidates were not looked at.
    bool (*stands_on_overflow)(const Comparison&);
};
constexpr Rung ladder[] = {
    {Rank::uetr, "uetr+account+amount", [](const Comparison& c) { return c.uetr == Ids::equal; },
     always},
    {Rank::end_to_end_id, "e2e+account+amount",
     [](const Comparison& c) {
         return c.end_to_end_id == Ids::equal && c.end_to_end_id_is_long_enough;
     },
     references_do_not_differ},
    {Rank::reference_and_payer, "reference+payer+account+amount",
     [](const Comparison& c) { return c.reference == References::equal && c.payer == Ids::equal; },
     never},
    {Rank::reference, "reference+account+amount",
     [](const Comparison& c) { return c.reference == References::equal; }, never},
    {Rank::reference_prefix_and_payer, "reference_prefix+payer+account+amount",
     [](const Comparison& c) { return one_reference_begins_the_other(c) && c.payer == Ids::equal; },
     never},
    {Rank::reference_prefix, "reference_prefix+account+amount", one_reference_begins_the_other,
     never},
};
static_assert(std::ranges::is_sorted(ladder, {}, &Rung::rank));

const Rung& rung_of(Rank rank) {
    const auto* const rung = std::ranges::find(ladder, rank, &Rung::rank);
    SETTLED_ASSERT(rung != std::end(ladder), "rank {} is not on the ladder",
                   static_cast<int>(rank));
    return *rung;
}

// Which weaker candidate casts doubt on the winner. A candidate of the winner's own rank always
// does.
struct Rivalry {
    Rank winner;
    Rank rival;
    bool (*holds)(const Comparison& winner, const Comparison& rival);
};

bool whenever(const Comparison&, const Comparison&) {
    return true;
}
// The winner's reference says that it is another payment, the rival's that it is this one.
bool winner_is_contradicted(const Comparison& winner, const Comparison&) {
    return winner.reference == References::differ;
}
// A bank that cuts the rival's reference would have made just what the winner shows whole.
bool rival_may_be_cut(const Comparison&, const Comparison& rival) {
    return rival.reference == References::payment_longer;
}

constexpr Rivalry rivalries[] = {
    {Rank::uetr, Rank::end_to_end_id, whenever},
    {Rank::end_to_end_id, Rank::reference_and_payer, winner_is_contradicted},
    {Rank::end_to_end_id, Rank::reference, winner_is_contradicted},
    {Rank::reference_and_payer, Rank::reference, whenever},
    {Rank::reference_and_payer, Rank::reference_prefix_and_payer, rival_may_be_cut},
    {Rank::reference_and_payer, Rank::reference_prefix, rival_may_be_cut},
    {Rank::reference, Rank::reference_prefix_and_payer, whenever},
    {Rank::reference, Rank::reference_prefix, rival_may_be_cut},
    {Rank::reference_prefix_and_payer, Rank::reference_prefix, whenever},
};

std::optional<Veto> veto_of(const Identity& payment, const Identity& settlement,
                            const Comparison& c) {
    if (payment.account.empty() || payment.account != settlement.account)
        return Veto::account_differs;
    if (payment.amount != settlement.amount)
        return Veto::amount_differs;
    if (c.uetr == Ids::differ)
        return Veto::uetr_differs;
    if (c.end_to_end_id == Ids::differ)
        return Veto::end_to_end_id_differs;
    if (c.payer == Ids::differ)
        return Veto::payer_differs;
    if (payment.at > settlement.at + clock_skew_max)
        return Veto::created_after_settlement;
    return std::nullopt;
}

struct Contender {
    Candidate candidate;
    Comparison comparison;
};

// `other` is of a weaker rank.
bool rivals(const Contender& winner, const Contender& other) {
    return std::ranges::any_of(rivalries, [&](const Rivalry& row) {
        return row.winner == winner.candidate.rank && row.rival == other.candidate.rank &&
               row.holds(winner.comparison, other.comparison);
    });
}

Choice choice_of(Outcome outcome, std::span<const Contender> contenders) {
    Choice choice{.outcome = outcome, .candidates = {}};
    for (const auto& contender : contenders)
        choice.candidates.push_back(contender.candidate);
    return choice;
}

Choice choose(std::vector<Contender> contenders, bool overflow) {
    std::ranges::sort(contenders, {}, [](const Contender& c) {
        return std::pair(c.candidate.rank, c.candidate.index);
    });
    if (contenders.empty())
        return choice_of(overflow ? Outcome::ambiguous : Outcome::none, {});

    // More than one stand at the best rank when there is a tie. Whoever rivals any of them is
    // named, so that the list does not depend on which of them came first.
    const Rank best = contenders.front().candidate.rank;
    const auto weaker = std::ranges::upper_bound(
        contenders, best, {}, [](const Contender& c) { return c.candidate.rank; });
    const std::vector<Contender> winners(contenders.begin(), weaker);
    if (overflow && !std::ranges::all_of(winners, [&](const Contender& winner) {
            return rung_of(best).stands_on_overflow(winner.comparison);
        }))
        return choice_of(Outcome::ambiguous, contenders);
    const auto harmless =
        std::ranges::remove_if(weaker, contenders.end(), [&](const Contender& other) {
            return std::ranges::none_of(
                winners, [&](const Contender& winner) { return rivals(winner, other); });
        });
    contenders.erase(harmless.begin(), harmless.end());
    return choice_of(contenders.size() == 1 ? Outcome::one : Outcome::ambiguous, contenders);
}

std::optional<Rank> rank_of(const Comparison& comparison) {
    for (const auto& rung : ladder)
        if (rung.holds(comparison))
            return rung.rank;
    return std::nullopt;
}

void add_contender(std::vector<Contender>& contenders, std::size_t index, const Identity& payment,
                   const Identity& settlement) {
    const auto relation = relate(payment, settlement);
    if (relation.rank)
        contenders.push_back({{index, *relation.rank}, compare(payment, settlement)});
}

} // namespace

std::string_view token(Rank rank) {
    return rung_of(rank).token;
}

std::string_view token(Veto veto) {
    switch (veto) {
    case Veto::account_differs:
        return "account_differs";
    case Veto::amount_differs:
        return "amount_differs";
    case Veto::uetr_differs:
        return "uetr_differs";
    case Veto::end_to_end_id_differs:
        return "end_to_end_id_differs";
    case Veto::payer_differs:
        return "payer_differs";
    case Veto::created_after_settlement:
        return "created_after_settlement";
    case Veto::nothing_in_common:
        return "nothing_in_common";
    }
    SETTLED_ASSERT(false, "no such veto: {}", static_cast<int>(veto));
}

Relation relate(const Identity& payment, const Identity& settlement) {
    const auto comparison = compare(payment, settlement);
    if (const auto veto = veto_of(payment, settlement, comparison))
        return {.rank = std::nullopt, .veto = veto};
    if (const auto rank = rank_of(comparison))
        return {.rank = rank, .veto = std::nullopt};
    return {.rank = std::nullopt, .veto = Veto::nothing_in_common};
}

Choice choose_payment(const Identity& settlement, std::span<const Identity> payments,
                      bool overflow) {
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < payments.size(); ++i)
        add_contender(contenders, i, payments[i], settlement);
    return choose(std::move(contenders), overflow);
}

Choice choose_settlement(const Identity& payment, std::span<const Identity> settlements,
                         bool overflow) {
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < settlements.size(); ++i)
        add_contender(contenders, i, payment, settlements[i]);
    return choose(std::move(contenders), overflow);
}

} // namespace settled::match
