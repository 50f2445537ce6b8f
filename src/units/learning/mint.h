// A reference is given out, and what is wrong with one that a payment brings is said.
#pragma once

#include "domain/payment.h"
#include "learn/mint.h"
#include "learn/preflight.h"
#include "store/queries/directory.h"
#include "store/queries/money/references.h"
#include "units/context.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::units {

struct MintOrder {
    TenantId tenant;
    std::string account_id;  // `acc_…`; empty: by its number
    std::string account_key; // else
    std::string scheme;      // scheme_of()
    // Made beforehand, since a unit has no randomness and may run more than once. One is enough
    // except when it is already in use.
    std::vector<std::string> candidates;
    Instant now;
    Instant expires_at;
};

struct Minted {
    enum class Kind : std::uint8_t { reserved, account_unknown, all_taken } kind = Kind::all_taken;
    store::MintedRow row;
    store::AccountRow account;
};

// Reserves the first candidate whose beginning is not that of a reserved reference or of an open
// payment's, on that account. Two calls at once are kept apart by the key of the table.
store::Step<Minted> mint_reference(store::Session& s, const Context& context,
                                   std::shared_ptr<const MintOrder> order);

// What to warn the client of. Nothing is looked up when neither the institution nor the scheme is
// known to cut; else at most 64 payments with such a beginning are compared.
store::Step<std::vector<learn::Warning>> preflight(store::Session& s, const Context& context,
                                                   TenantId tenant, domain::Payment payment);

} // namespace settled::units
