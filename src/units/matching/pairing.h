// Making a match, and undoing one: the rows of match and payment, their keys, and the events. When
// a match is made, the caller writes the settlement's own row.
#pragma once

#include "domain/match.h"
#include "domain/payment.h"
#include "domain/reversal.h"
#include "domain/settlement.h"
#include "store/lock.h"
#include "store/queries/money/payments.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <optional>
#include <string>

namespace settled::units {

// What one call works on.
struct UnitScope {
    const Context& context;
    TenantId tenant;
    Instant now;
};

// How a match was reached.
struct MatchBasis {
    match::Rank rank{};
    domain::Pairing pairing = domain::Pairing::one;
    std::size_t payments_seen = 0;
    std::size_t settlements_seen = 0;
    bool after_watermark = false;
    std::optional<Money> amount = std::nullopt; // of the settlement's money; absent: all
    std::string actor = {};                     // who decided, and why; empty: the rules
    std::string reason = {};
    std::size_t excluded = 0;                       // payments that a reviewer had ruled out
    std::vector<match::FieldAgreement> fields = {}; // as in domain::Grounds
    std::string_view overruled = {};
};

// Lock of its amount block: another unit that settles in that block waits.
void add_block_lock(store::Locks& locks, const Context& context, TenantId tenant,
                    const match::MatchFields& identity);

// Stores the payment as it stands now, one version after what was read under its lock with status
// `before`.
store::Step<> update_payment(store::Session& s, const UnitScope& work, store::PaymentState before,
                             const domain::Payment& after);

// Closes the payment, or makes it wait for what is still to come of it: returns it as it stands
// then. Publishes settlement.matched, as version `version` of the settlement, and
// payment.partially_settled.
store::Step<domain::Payment> make_match(store::Session& s, const UnitScope& work,
                                        const domain::Settlement& settlement, std::int64_t version,
                                        const domain::Payment& payment, const MatchBasis& finding);

// Whether the payment waits again, or was returned with its settlement.
enum class Afterwards : std::uint8_t { expected, returned };
struct Undoing {
    Afterwards afterwards = Afterwards::expected;
    std::string reason;
    std::string actor; // empty: the bank
};
// Ends all live matches of a settlement; returns the payments as they stand now. Neither changes
// the settlement's row nor publishes an event.
store::Step<std::vector<domain::Payment>> undo_matches(store::Session& s, const UnitScope& work,
                                                       const domain::Settlement& settlement,
                                                       const Undoing& undoing);

// Indexes what waits under its keys, and removes it from the index.
store::Step<> index_open(store::Session& s, const UnitScope& work,
                         const domain::Settlement& settlement);
store::Step<> unindex(store::Session& s, const UnitScope& work,
                      const domain::Settlement& settlement);
store::Step<> index_open(store::Session& s, const UnitScope& work, const domain::Payment& payment);
store::Step<> unindex(store::Session& s, const UnitScope& work, const domain::Payment& payment);

} // namespace settled::units
