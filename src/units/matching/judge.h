// Decides which payment a settlement pays, as things stand in the store: loads the candidates of
// both sides and calls match/choice.h. Writes nothing.
#pragma once

#include "units/matching/candidates.h"

#include <optional>
#include <vector>

namespace settled::units {

struct RankedPayment {
    domain::Payment payment;
    match::Rank rank{};
    match::Policy policy = match::Policy::automatic;
    match::Comparison comparison = {}; // with the settlement
    std::optional<match::RejectReason> reject_reason = std::nullopt;
};

struct Verdict {
    match::Outcome outcome = match::Outcome::none;
    // one: the payment; ambiguous: the rivals, best first; none: possible suggestions. For a
    // settlement whose match a person has undone, a verdict without an id is ambiguous: a person
    // decides again.
    std::vector<RankedPayment> candidates;
    bool all_compared = true; // false: there were more than limits::candidates_max
    std::size_t payments_seen = 0;
    std::size_t settlements_seen = 0;
    // Payments that are no candidates only because a reviewer has ruled them out.
    std::size_t excluded = 0;
    store::Reads reads; // of the index, for both
    // Of a search with Reach::loose that has found no candidate: what it has compared that comes
    // nearest (nearest.h).
    std::optional<domain::Payment> nearest = std::nullopt;

    bool waits_for_watermark() const {
        return outcome == match::Outcome::one &&
               candidates.front().policy == match::Policy::watermark;
    }
};

// A match is given only when settlement and payment choose each other. With Reach::loose a weaker
// claim of another settlement is ignored if that settlement would be matched to a payment that it
// fits better, were this match made (claims.h).
store::Step<Verdict> judge(store::Session& s, const Context& context, TenantId tenant,
                           const domain::Settlement& settlement, Reach reach = Reach::exact);

} // namespace settled::units
