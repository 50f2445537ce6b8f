#include "match/choice.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::match {

namespace {

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

// It is known who paid, and he owes another amount under that reference: this may be a part of it.
bool rival_alone_has_the_payer(const Comparison& winner, const Comparison& rival) {
    return rival.payer == Ids::equal && winner.payer != Ids::equal;
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
    {Rank::crossed_ids, Rank::reference_only, rival_alone_has_the_payer},
    {Rank::reference_and_payer, Rank::reference, whenever},
    {Rank::reference_and_payer, Rank::reference_part_and_payer, rival_may_be_cut},
    {Rank::reference_and_payer, Rank::reference_part, rival_may_be_cut},
    {Rank::reference, Rank::reference_part_and_payer, whenever},
    {Rank::reference, Rank::reference_part, rival_may_be_cut},
    {Rank::reference, Rank::reference_only, rival_alone_has_the_payer},
    {Rank::reference_part_and_payer, Rank::reference_part, whenever},
    {Rank::reference_part_and_payer, Rank::payer, whenever},
    {Rank::reference_part, Rank::payer, whenever},
    {Rank::reference_part, Rank::name, whenever},
    {Rank::reference_part, Rank::reference_only, rival_alone_has_the_payer},
    {Rank::payer, Rank::name, whenever},
    {Rank::payer, Rank::amount, whenever},
    {Rank::payer, Rank::reference_only, whenever},
};

// `other` may be of any rank but the winner's own.
bool rivals(const Candidate& winner, const Candidate& other) {
    if (other.rank < winner.rank)
        return true; // stronger, and only not allowed to win
    return std::ranges::any_of(rivalries, [&](const Rivalry& row) {
        return row.winner == winner.rank && row.rival == other.rank &&
               row.holds(winner.comparison, other.comparison);
    });
}

// Whether a single winner stands although candidates were not looked at.
bool stands(const Candidate& winner, Coverage seen) {
    switch (seen) {
    case Coverage::complete:
        return true;
    case Coverage::by_keys:
        return winner.rank < Rank::payer;
    case Coverage::by_strong_keys:
        return winner.rank == Rank::uetr || winner.rank == Rank::end_to_end_id ||
               winner.rank == Rank::reference_and_payer || winner.rank == Rank::reference;
    case Coverage::truncated:
        return winner.rank == Rank::uetr || (winner.rank == Rank::end_to_end_id &&
                                             winner.comparison.reference != References::differ);
    }
    return false;
}

// No candidate wins. `of_best`: the reason to give for a candidate of the best rank that may win.
Choice nobody(Outcome outcome, std::vector<Candidate> candidates, Rank best, RejectReason of_best) {
    for (Candidate& candidate : candidates) {
        if (!candidate.may_win())
            candidate.reject_reason = RejectReason::only_suggested;
        else
            candidate.reject_reason = candidate.rank == best ? of_best : RejectReason::weaker_rank;
    }
    return {outcome, std::move(candidates)};
}

Choice choose(std::vector<Candidate> candidates, Coverage seen) {
    std::ranges::sort(candidates, {},
                      [](const Candidate& c) { return std::pair(c.rank, c.index); });
    const Outcome unseen = seen == Coverage::truncated ? Outcome::ambiguous : Outcome::none;
    const auto first = std::ranges::find_if(candidates, &Candidate::may_win);
    if (first == candidates.end())
        return nobody(unseen, std::move(candidates), Rank::amount, RejectReason::only_suggested);

    // More than one candidate has the best rank when there is a tie. Every rival of any of them is
    // named, so that the list does not depend on which of them came first.
    const Rank best = first->rank;
    std::vector<Candidate> winners;
    std::ranges::copy_if(candidates, std::back_inserter(winners),
                         [best](const Candidate& c) { return c.rank == best; });
    const bool is_tie = winners.size() > 1;
    if (!std::ranges::all_of(winners, [seen](const Candidate& w) { return stands(w, seen); }))
        return nobody(unseen, std::move(candidates), best,
                      is_tie ? RejectReason::rival_of_same_rank : RejectReason::not_all_compared);
    std::erase_if(candidates, [&](const Candidate& other) {
        return other.rank != best && std::ranges::none_of(winners, [&](const Candidate& winner) {
                   return rivals(winner, other);
               });
    });
    if (candidates.size() == 1)
        return {Outcome::one, std::move(candidates)};
    return nobody(Outcome::ambiguous, std::move(candidates), best,
                  is_tie ? RejectReason::rival_of_same_rank : RejectReason::rival_casts_doubt);
}

void add_candidate(std::vector<Candidate>& candidates, std::size_t index,
                   const MatchFields& payment, const MatchFields& settlement,
                   const RuleSet& rules) {
    const auto [relation, comparison] = relate_in_full(payment, settlement, rules);
    if (relation.rank)
        candidates.push_back({index, *relation.rank, relation.policy, comparison});
}

} // namespace

std::string_view token(RejectReason reason) {
    static constexpr std::array<std::string_view, 7> tokens{"rival_of_same_rank",
                                                            "rival_casts_doubt",
                                                            "weaker_rank",
                                                            "only_suggested",
                                                            "not_all_compared",
                                                            "settlement_not_unique",
                                                            "another_settlement_fits_better"};
    return tokens[static_cast<std::size_t>(reason)];
}

std::optional<RejectReason> counterpart_rejection(const Choice& other_side, std::size_t self) {
    const auto own = std::ranges::find(other_side.candidates, self, &Candidate::index);
    const bool is_listed = own != other_side.candidates.end();
    if (other_side.outcome == Outcome::one && is_listed)
        return std::nullopt;
    if (!is_listed || own->reject_reason == RejectReason::weaker_rank)
        return RejectReason::another_settlement_fits_better;
    return own->reject_reason == RejectReason::not_all_compared
               ? RejectReason::not_all_compared
               : RejectReason::settlement_not_unique;
}

Choice choose_payment(const MatchFields& settlement, std::span<const MatchFields> payments,
                      Coverage seen, const RuleSet& rules) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < payments.size(); ++i)
        add_candidate(candidates, i, payments[i], settlement, rules);
    return choose(std::move(candidates), seen);
}

Choice choose_settlement(const MatchFields& payment, std::span<const MatchFields> settlements,
                         Coverage seen, const RuleSet& rules) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < settlements.size(); ++i)
        add_candidate(candidates, i, payment, settlements[i], rules);
    return choose(std::move(candidates), seen);
}

} // namespace settled::match
