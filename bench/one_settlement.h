// One settlement in a store of many open payments: the search for its payment, and its match with
// all that a match writes.
#pragma once

#include "domain/settlement.h"
#include "store/queries/money/match_keys.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/payments/register_payment.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace settled::bench {

inline constexpr TenantId tenant{1};

// The payment of that number, by a payer of its own.
std::shared_ptr<const units::Registration> registration(std::size_t number, std::size_t accounts);

// What is left of a payment's identifiers when its money arrives.
enum class Left : std::uint8_t { all, reference, cut_reference };
inline constexpr std::size_t lefts = 3;

struct Arrival {
    domain::Settlement settlement;
    Left left = Left::all;
    std::string client_id; // of its payment
};
Arrival arrival_of(std::size_t number, std::size_t accounts, Left left, IdMint& ids);

struct Timed {
    Left left = Left::all;
    std::int64_t ns = 0;
    bool is_right = false; // the right payment was found
    // Of a search.
    store::Reads reads = {};
    std::size_t compared = 0;
};

// Units of work. What they are given lives longer than they do.

// Looks for the payment of each; writes nothing.
store::Step<> search(store::Session& s, const units::Context& context,
                     const std::vector<Arrival>& arrivals, std::vector<Timed>& into);
// Matches each, at its watermark if it takes that, with all that is stored and published for it,
// except the commit: the unit fails in the end, so that the store stays as it was. An engine may
// run it again then; what is timed is the last time.
store::Step<> match_in_vain(store::Session& s, const units::Context& context,
                            const std::vector<Arrival>& arrivals, std::vector<Timed>& into);

// What comes of it at once.
store::Step<> settle(store::Session& s, const units::Context& context, const Arrival& arrival);

} // namespace settled::bench
