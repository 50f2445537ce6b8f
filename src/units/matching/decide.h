// A reviewer decides: which payments a settlement pays, that it pays none of ours, or that a match
// was wrong.
//
// Every decision names who made it and why, and can be made once: a decision on something that
// another reviewer or the rules have decided meanwhile is refused (state_conflict) and changes
// nothing. A dry run makes the same checks under the same locks, says what the decision would lead
// to, and writes nothing.
#pragma once

#include "base/error.h"
#include "domain/match.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::units {

// Who decides and why, and on which open review of the settlement, if any.
struct Decision {
    TenantId tenant;
    std::optional<ReviewId> review;
    std::string actor;
    std::string reason;
    Instant now;
    bool dry_run = false;
};

// The result of a decision, or in a dry run the result that it would have. Later effects on other
// settlements, whose rivals are gone, are not in it.
struct DecisionResult {
    struct Pair {
        PaymentId payment_id;
        std::string client_id;
        match::Rank rank{};
        Money amount; // the part of the settlement's amount
    };
    // none: the review concerns no settlement
    std::optional<SettlementId> settlement = std::nullopt;
    domain::SettlementStatus status = domain::SettlementStatus::unmatched;
    domain::Pairing pairing = domain::Pairing::one;
    std::vector<Pair> pairs = {};
    // After an undo: the payments among which a person decides now (status ambiguous), best rank
    // first.
    std::vector<Pair> candidates = {};
};

struct PaymentPart {
    std::string payment_id;      // ours, or the client's
    std::optional<Money> amount; // absent: all of the settlement (one part), or of the payment
};

// The settlement pays these payments. Fails with not_found, state_conflict (settlement or a payment
// is not open, the review is closed), value_invalid (the parts do not add up to the settlement's
// amount).
store::Step<Result<DecisionResult>>
match_by_hand(store::Session& s, const Context& context, Decision decision, SettlementId settlement,
              std::shared_ptr<const std::vector<PaymentPart>> parts);

// The settlement pays no payment that will ever be registered. Fails with not_found,
// state_conflict.
store::Step<Result<DecisionResult>> reject(store::Session& s, const Context& context,
                                           Decision decision, SettlementId settlement);

// The match, and all others of its settlement, end; the settlement and its payments wait again, and
// are never matched to each other by the rules. From then on the rules match the settlement by an
// id alone: whatever else fits it is put to review. Fails with not_found, state_conflict (it has
// ended).
store::Step<Result<DecisionResult>> undo(store::Session& s, const Context& context,
                                         Decision decision, MatchId match);

// A reviewer has dealt with a review that concerns no settlement; or the settlement pays none of
// the payments that a suggested_match shows, and waits on without them. Fails with not_found,
// state_conflict, limit_reached (too many payments were refused).
store::Step<Result<DecisionResult>> close_by_hand(store::Session& s, const Context& context,
                                                  Decision decision);

} // namespace settled::units
