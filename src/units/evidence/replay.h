// What if: the recorded facts run again under other rules, in a store of their own, and the matches
// are compared with the recorded ones.
//
// The units are the same that the server runs; only the timing differs: a timer runs at the moment
// it is due, and two settlements decided in the same quarter of a second may come in the other
// order. The decisions of people are repeated at their time, if they still can be. Only matches by
// the rules are compared.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "match/rule_set.h"
#include "store/store.h"
#include "units/context.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

struct ReplayOptions {
    TenantId tenant;
    std::shared_ptr<const match::RuleSet> rules;
    // The account (account_key) that the rules are for; the others keep theirs, as `other_rules` has them.
    // Empty: the rules are the tenant's, and accounts with rules of their own keep these. Without
    // `other_rules` the rules are for all accounts.
    std::string account_key;
    const AccountRules* other_rules = nullptr; // outlives the replay
    // Only what was recorded from then on is repeated. Settlements are compared from `compared_from` on, and
    // none whose payment was registered before `from`.
    Instant from;
    Instant compared_from;
    std::int64_t facts_max = std::numeric_limits<std::int64_t>::max();
    std::size_t changes_max = 10'000; // of those that are reported one by one
    std::chrono::microseconds unmatched_grace{std::chrono::seconds(10)};
    std::chrono::microseconds watermark{std::chrono::seconds(2)};
    Instant until; // timers run up to then
    // Called with the number of facts done, of how many; less and less often.
    std::function<void(std::int64_t done, std::int64_t all)> progress;
};

// What the rules make of one settlement.
struct Made {
    domain::PaymentIds payment; // of the recorded payment
    int rank = 0;
    friend bool operator==(const Made& a, const Made& b) {
        return a.payment.client_id == b.payment.client_id && a.rank == b.rank;
    }
};

enum class Difference : std::uint8_t {
    lost,      // a match that would not be made
    gained,    // a match that was not made
    moved,     // to another payment
    rank,      // the same payment, found by another rank
    ambiguous, // unmatched then, ambiguous now
    unmatched, // ambiguous then, unmatched now
};
inline constexpr std::size_t differences = 6;
std::string_view token(Difference difference); // the enumerator's name

struct Change {
    Difference difference{};
    SettlementId settlement;
    std::string transaction_id;
    Money amount;
    std::vector<Made> before;
    std::vector<Made> after;
    domain::SettlementStatus status_after{};
};

struct ReplayReport {
    std::int64_t facts = 0;
    std::int64_t left_out = 0;
    std::int64_t decisions = 0;      // by people
    std::int64_t decisions_void = 0; // of these, what could not be repeated
    std::int64_t settlements = 0;    // compared
    std::int64_t unchanged = 0;
    std::int64_t matched_before = 0, matched_after = 0; // by the rules
    std::int64_t ambiguous_before = 0, ambiguous_after = 0;
    struct Sum {
        std::int64_t settlements = 0;
        std::map<int, std::int64_t> by_rank;       // lost, moved: as it was; else: as it would be
        std::map<std::string, std::int64_t> minor; // amounts, by currency
    };
    std::array<Sum, differences> sums;
    std::vector<Change> changes; // the first of them, in order of arrival
};

// `recorded` is only read. `scratch` is an empty store that is thrown away afterwards. Fails with
// limit_reached when there are more facts than facts_max.
Task<Result<ReplayReport>> replay(store::Store& recorded, store::Store& scratch,
                                  ReplayOptions options);

} // namespace settled::units
