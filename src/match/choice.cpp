#include "match/choice.h"

#include <algorithm>
#include <utility>

namespace settled::match {

namespace {

struct Contender {
    Candidate candidate;
    Comparison comparison;

    bool may_win() const {
        return candidate.policy == Policy::automatic || candidate.policy == Policy::watermark;
    }
};

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
// The winner's reference does not say that it is this one.
bool winner_is_not_confirmed(const Comparison& winner, const Comparison&) {
    return winner.reference == References::absent || winner.reference == References::differ;
}
// A bank that cuts the rival's reference would have made just what the winner shows whole.
bool rival_may_be_cut(const Comparison&, const Comparison& rival) {
    return rival.reference == References::payment_longer;
}
// Either of the two above: crossed ids say nothing against a cut, they only take the place of the
// reference.
bool crossing_may_be_chance(const Comparison& winner, const Comparison& rival) {
    return winner_is_contradicted(winner, rival) || rival_may_be_cut(winner, rival);
}

constexpr Rivalry rivalries[] = {
    {Rank::single_use_account, Rank::uetr, whenever},
    {Rank::single_use_account, Rank::end_to_end_id, whenever},
    {Rank::single_use_account, Rank::end_to_end_id_only, whenever},
    {Rank::single_use_account, Rank::crossed_ids, whenever},
    {Rank::single_use_account, Rank::reference_and_payer, whenever},
    {Rank::single_use_account, Rank::reference, whenever},
    {Rank::single_use_account, Rank::reference_part_and_payer, whenever},
    {Rank::single_use_account, Rank::reference_part, whenever},
    {Rank::uetr, Rank::end_to_end_id, whenever},
    {Rank::uetr, Rank::end_to_end_id_only, whenever},
    {Rank::end_to_end_id, Rank::end_to_end_id_only, winner_is_contradicted},
    {Rank::end_to_end_id, Rank::crossed_ids, winner_is_not_confirmed},
    {Rank::end_to_end_id, Rank::reference_and_payer, winner_is_contradicted},
    {Rank::end_to_end_id, Rank::reference, winner_is_contradicted},
    {Rank::end_to_end_id_only, Rank::crossed_ids, whenever},
    {Rank::end_to_end_id_only, Rank::reference_and_payer, whenever},
    {Rank::end_to_end_id_only, Rank::reference, whenever},
    {Rank::end_to_end_id_only, Rank::reference_part_and_payer, whenever},
    {Rank::end_to_end_id_only, Rank::reference_part, whenever},
    {Rank::end_to_end_id_only, Rank::payer, whenever},
    {Rank::end_to_end_id_only, Rank::reference_only, whenever},
    {Rank::crossed_ids, Rank::reference_and_payer, whenever},
    {Rank::crossed_ids, Rank::reference, whenever},
    {Rank::crossed_ids, Rank::reference_part_and_payer, crossing_may_be_chance},
    {Rank::crossed_ids, Rank::reference_part, crossing_may_be_chance},
    {Rank::reference_and_payer, Rank::reference, whenever},
    {Rank::reference_and_payer, Rank::reference_part_and_payer, rival_may_be_cut},
    {Rank::reference_and_payer, Rank::reference_part, rival_may_be_cut},
    {Rank::reference, Rank::reference_part_and_payer, whenever},
    {Rank::reference, Rank::reference_part, rival_may_be_cut},
    {Rank::reference_part_and_payer, Rank::reference_part, whenever},
    {Rank::reference_part_and_payer, Rank::payer, whenever},
    {Rank::reference_part, Rank::payer, whenever},
    {Rank::reference_part, Rank::name, whenever},
    {Rank::payer, Rank::name, whenever},
    {Rank::payer, Rank::amount, whenever},
    {Rank::payer, Rank::reference_only, whenever},
};

// `other` may be of any rank but the winner's own.
bool rivals(const Contender& winner, const Contender& other) {
    if (other.candidate.rank < winner.candidate.rank)
        return true; // stronger, and only not allowed to win
    return std::ranges::any_of(rivalries, [&](const Rivalry& row) {
        return row.winner == winner.candidate.rank && row.rival == other.candidate.rank &&
               row.holds(winner.comparison, other.comparison);
    });
}

// Whether a single winner stands although candidates were not looked at.
bool stands(const Contender& winner, Seen seen) {
    switch (seen) {
    case Seen::all:
        return true;
    case Seen::by_keys:
        return winner.candidate.rank < Rank::payer;
    case Seen::some:
        return winner.candidate.rank == Rank::uetr ||
               (winner.candidate.rank == Rank::end_to_end_id &&
                winner.comparison.reference != References::differ);
    }
    return false;
}

Choice choice_of(Outcome outcome, std::span<const Contender> contenders) {
    Choice choice{.outcome = outcome, .candidates = {}};
    for (const auto& contender : contenders)
        choice.candidates.push_back(contender.candidate);
    return choice;
}

Choice choose(std::vector<Contender> contenders, Seen seen) {
    std::ranges::sort(contenders, {}, [](const Contender& c) {
        return std::pair(c.candidate.rank, c.candidate.index);
    });
    const auto first = std::ranges::find_if(contenders, &Contender::may_win);
    if (first == contenders.end())
        return choice_of(seen == Seen::some ? Outcome::ambiguous : Outcome::none, contenders);

    // More than one stand at the best rank when there is a tie. Whoever rivals any of them is
    // named, so that the list does not depend on which of them came first.
    const Rank best = first->candidate.rank;
    std::vector<Contender> winners;
    std::ranges::copy_if(contenders, std::back_inserter(winners),
                         [best](const Contender& c) { return c.candidate.rank == best; });
    if (!std::ranges::all_of(winners, [seen](const Contender& w) { return stands(w, seen); }))
        return choice_of(seen == Seen::some ? Outcome::ambiguous : Outcome::none, contenders);
    std::erase_if(contenders, [&](const Contender& other) {
        return other.candidate.rank != best &&
               std::ranges::none_of(winners,
                                    [&](const Contender& winner) { return rivals(winner, other); });
    });
    return choice_of(contenders.size() == 1 ? Outcome::one : Outcome::ambiguous, contenders);
}

void add_contender(std::vector<Contender>& contenders, std::size_t index, const Identity& payment,
                   const Identity& settlement, const RuleSet& rules) {
    const auto [relation, comparison] = relate_in_full(payment, settlement, rules);
    if (relation.rank)
        contenders.push_back({{index, *relation.rank, relation.policy}, comparison});
}

} // namespace

Choice choose_payment(const Identity& settlement, std::span<const Identity> payments, Seen seen,
                      const RuleSet& rules) {
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < payments.size(); ++i)
        add_contender(contenders, i, payments[i], settlement, rules);
    return choose(std::move(contenders), seen);
}

Choice choose_settlement(const Identity& payment, std::span<const Identity> settlements, Seen seen,
                         const RuleSet& rules) {
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < settlements.size(); ++i)
        add_contender(contenders, i, payment, settlements[i], rules);
    return choose(std::move(contenders), seen);
}

} // namespace settled::match
