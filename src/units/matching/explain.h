// Why a settlement or a payment is matched, or is not: what it could be confused with, and how it compares with each.
// Reads only.
//
// The verdicts are the matching's own. What is open is judged by judge.h, as it would be decided now; the others are
// compared by match/ladder.h under the same rules. What was decided earlier stays in the evidence of the match.
#pragma once

#include "domain/match.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "match/choice.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

// How many rows are looked at for one answer: open ones by their keys first, then those of the amount, then the newest.
inline constexpr std::size_t explained_rows_max = 2'000;
inline constexpr std::size_t explained_of_amount_max = 500;
// So much earlier and later than the subject.
inline constexpr auto explained_window = std::chrono::hours(24 * 14);

// The tokens are part of the public API.
enum class PairVerdict : std::uint8_t {
    match,             // it is its match, or would be decided as that now
    rival,             // the rules could match it, and do not: another one fits, too
    suggested,         // the rules leave it to a person
    vetoed,            // something contradicts it, or a person has ruled it out
    not_open,          // the other side is matched, returned, cancelled or rejected
    nothing_in_common, // nothing contradicts it, and nothing says that it is the one
};
std::string_view token(PairVerdict verdict); // the enumerator's name

struct ExplainedPair {
    domain::Payment payment;
    domain::Settlement settlement;
    PairVerdict verdict = PairVerdict::nothing_in_common;
    Money expected = {}; // what the settlement's amount was compared with
    // The rank of the match, or the one that the pair has, or would have if both were open.
    std::optional<match::Rank> rank = std::nullopt;
    std::optional<match::Veto> veto = std::nullopt;
    match::Comparison comparison = {};
    std::optional<match::RejectReason> reject_reason = std::nullopt;
    bool is_ruled_out = false;   // by a person
    bool near_reference = false; // one character lost, changed or doubled
    // Of a match for a part: so much of the settlement is for this payment.
    std::optional<Money> part = std::nullopt;
    std::string taken_by =
        {}; // the client's id of the payment that the settlement would be matched to
};

// How the two compare under these rules, if that is all there is.
ExplainedPair compare_pair(domain::Payment payment, domain::Settlement settlement,
                           const match::RuleSet& rules, bool other_is_open);
// How much speaks for a pair that is no candidate; 0: nothing.
int likeness(const ExplainedPair& pair);

enum class ExplainedOutcome : std::uint8_t { matched, ambiguous, unmatched, rejected };
std::string_view token(ExplainedOutcome outcome); // the enumerator's name

struct Explanation {
    ExplainedOutcome outcome = ExplainedOutcome::unmatched;
    std::vector<domain::Match> matches = {}; // that live
    std::vector<ExplainedPair> pairs = {};   // best first
    std::optional<Instant> decided_at =
        std::nullopt; // a settlement that fits one payment is matched then
    std::size_t looked_at = 0;
    bool limit_reached = false; // there were more
};

// At most `limit` pairs.
store::Step<Explanation> explain_settlement(store::Session& s, const Context& context,
                                            TenantId tenant, domain::Settlement settlement,
                                            Instant now, std::size_t limit);
store::Step<Explanation> explain_payment(store::Session& s, const Context& context, TenantId tenant,
                                         domain::Payment payment, std::size_t limit);

} // namespace settled::units
