// A client registers a payment that it expects to be settled.
#pragma once

#include "domain/payment.h"
#include "store/queries/directory.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <memory>

namespace settled::units {

struct Registration {
    TenantId tenant;
    domain::NewPayment payment;
    Instant now;
    // What the machine's clock says: the creation time of a payment that states none, since the
    // bank's times are compared with it, and the time inside may be ahead of them. 0: `now`.
    Instant wall{};
};

struct Registered {
    // created: new; existing: the same was registered before; conflict: that id has other content;
    // ignored: the payee is no account of this tenant, so no settlement of it can reach us; purged:
    // that id was used by a payment that was purged since.
    enum class Kind : std::uint8_t {
        created,
        existing,
        conflict,
        ignored,
        purged
    } kind = Kind::created;
    domain::Payment payment; // as stored; for `ignored` and `purged` only client_id is set
    Instant purged_at{};
};

// The payment as it is first stored.
domain::Payment payment_from(const domain::NewPayment& given, PaymentId id, Instant now,
                             const store::AccountRow& payee);

// The locks of a registration, for a caller that needs further locks: all are taken at once.
store::Locks locks_of(const Context& context, const Registration& registration);

// Stores the payment with its match keys and pairs it with a settlement that waits for it, at once.
// A payment registered without a creation time keeps the time of its first registration, so that a
// repeated registration is the same.
store::Step<Registered> register_payment(store::Session& s, const Context& context,
                                         std::shared_ptr<const Registration> registration);

} // namespace settled::units
