// The rules as data: what each rank of the ladder may do, and how long each rail takes. A tenant,
// or one account of it, may have its own; all others have these.
//
// A rule set narrows the ladder, it cannot widen it: vetoes, uniqueness from both sides and the
// comparison of fields are no settings.
#pragma once

#include "match/rail.h"
#include "match/rank.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::match {

// The version of the ladder and of the standard set. A match keeps the version that it was made
// under; a new version never changes a match.
inline constexpr int rule_version = 3;

enum class Policy : std::uint8_t {
    automatic, // the match is made at once
    // the match is made when no payment older than the settlement can still be on its way
    watermark,
    suggest, // a candidate for a reviewer
    off,     // no candidate
};
std::string_view token(Policy policy); // the enumerator's name

struct RuleSet {
    // Stored with each match in addition to rule_version; "standard" or the name its author gave.
    std::string name = "standard";
    std::array<Policy, ranks> policies = standard_policies;
    // How much later than its payment a settlement may be, for all ranks without an id in them.
    // Scheme times and the longest retry of a bank's webhooks (domain of each scheme: Faster
    // Payments two hours, SEPA one business day, SWIFT five working days, all plus weekends and
    // 72 h of delivery).
    std::array<std::chrono::hours, rails> windows = standard_windows;
    // After how long a payment that has not settled is overdue: an alarm, nothing else follows.
    // What a scheme promises, and the next business day where it settles on those alone.
    std::array<std::chrono::hours, rails> overdue_after = standard_overdue;
    // The most parts of a split or merged payment.
    std::size_t parts_max = 5;

    std::chrono::hours overdue(Rail rail) const {
        return overdue_after[static_cast<std::size_t>(rail)];
    }
    // No rank that relies on uniqueness among payments is decided before the watermark.
    bool waits_for_payments() const {
        return std::none_of(policies.begin() + static_cast<int>(Rank::end_to_end_id_only),
                            policies.end(),
                            [](Policy policy) { return policy == Policy::automatic; });
    }
    Policy policy(Rank rank) const { return policies[static_cast<std::size_t>(rank)]; }
    std::chrono::hours window(Rail rail) const { return windows[static_cast<std::size_t>(rail)]; }

    friend bool operator==(const RuleSet&, const RuleSet&) = default;

    static constexpr std::array<Policy, ranks> standard_policies{
        Policy::automatic, // single_use_account
        Policy::automatic, // uetr
        Policy::automatic, // end_to_end_id
        Policy::watermark, // end_to_end_id_only
        Policy::watermark, // crossed_ids
        Policy::watermark, // reference_and_payer
        Policy::watermark, // reference
        Policy::watermark, // reference_part_and_payer
        Policy::watermark, // reference_part
        Policy::watermark, // payer
        Policy::suggest,   // name
        Policy::suggest,   // amount
        Policy::watermark, // reference_only
    };
    static constexpr std::array<std::chrono::hours, rails> standard_windows{
        std::chrono::hours(24 * 10), // unknown
        std::chrono::hours(24 * 5),  // faster_payments
        std::chrono::hours(24 * 9),  // bacs
        std::chrono::hours(24 * 7),  // chaps
        std::chrono::hours(24 * 8),  // sepa
        std::chrono::hours(24 * 5),  // sepa_instant
        std::chrono::hours(24 * 14), // swift
        std::chrono::hours(24 * 4),  // internal
    };
    static constexpr std::array<std::chrono::hours, rails> standard_overdue{
        std::chrono::hours(24 * 4), // unknown
        std::chrono::hours(2),      // faster_payments: two hours at most
        std::chrono::hours(24 * 6), // bacs: three working days
        std::chrono::hours(24),     // chaps: the same day
        std::chrono::hours(24 * 4), // sepa: one business day
        std::chrono::hours(1),      // sepa_instant: ten seconds
        std::chrono::hours(24 * 9), // swift: up to five working days
        std::chrono::hours(1),      // internal: seconds
    };
};

const RuleSet& standard_rules();

} // namespace settled::match
