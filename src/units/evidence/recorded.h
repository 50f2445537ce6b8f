// What was recorded of a tenant, as facts in the order in which they arrived: what a replay repeats
// (replay.h). Reads only.
#pragma once

#include "domain/payment.h"
#include "domain/reversal.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/decide.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace settled::units {

// A person matched a settlement.
struct HandMade {
    SettlementId settlement;
    std::vector<PaymentPart> parts;
    std::string actor;
};
// A person undid the matches of a settlement.
struct HandUndone {
    SettlementId settlement;
    std::string actor;
};

struct RecordedFact {
    std::int64_t id = 0; // of its record: its place in the order
    Instant at;
    std::variant<domain::Payment, domain::Settlement, domain::Reversal, HandMade, HandUndone> what;
};

struct RecordedPage {
    std::vector<RecordedFact> facts;
    // Left out, since the time at which it happened is not recorded: payments that were cancelled,
    // settlements that a reviewer rejected.
    std::size_t left_out = 0;
    std::int64_t after = 0; // where the next page begins
    bool more = false;
};

store::Step<RecordedPage> recorded_facts(store::Session& s, TenantId tenant, std::int64_t after,
                                         std::size_t limit);
// How many there are, roughly: for the progress bar of a replay.
store::Step<std::int64_t> count_recorded(store::Session& s, TenantId tenant);

} // namespace settled::units
