// Reserves generated payment references, and checks references that clients supply.
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

// Reserves the first candidate whose beginning differs from all reserved references and open
// payments of that account. The primary key of the table separates two calls at once.
store::Step<Minted> mint_reference(store::Session& s, const Context& context,
                                   std::shared_ptr<const MintOrder> order);

// The warnings for the client. Nothing is searched when neither the institution nor the scheme is
// known to cut; else at most 64 payments with the same beginning are compared.
store::Step<std::vector<learn::Warning>> preflight(store::Session& s, const Context& context,
                                                   TenantId tenant, domain::Payment payment);

} // namespace settled::units
