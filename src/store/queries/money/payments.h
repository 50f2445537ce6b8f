// Rows of payments: each with its status, the amount that has arrived, and its version.
#pragma once

#include "domain/payment.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string_view>
#include <vector>

namespace settled::store {

Step<> insert_payment(Session& s, TenantId tenant, const domain::Payment& payment,
                      const crypto::Digest& fingerprint);

Step<std::optional<domain::Payment>> find_payment(Session& s, TenantId tenant, PaymentId id);
// All of these, which exist, in the order of their ids.
Step<std::vector<domain::Payment>> find_payments(Session& s, TenantId tenant,
                                                 std::vector<std::int64_t> ids);

struct RegisteredPayment {
    domain::Payment payment;
    crypto::Digest fingerprint{};
};
Step<std::optional<RegisteredPayment>> find_payment_by_client_id(Session& s, TenantId tenant,
                                                                 std::string_view client_id);

struct PaymentFilter {
    std::string status;  // empty: any
    std::string account; // account_key() of the payee; empty: any
};
// Newest first, below `before`.
Step<std::vector<domain::Payment>> list_payments(Session& s, TenantId tenant, PaymentFilter filter,
                                                 std::int64_t before, std::size_t limit);

// A place in the order of creation.
struct CreatedPlace {
    Instant created_at;
    std::int64_t id = 0;
};
// Those that were created at `from` or later and stand below the place: by their creation, newest first.
Step<std::vector<domain::Payment>> list_payments_by_creation(Session& s, TenantId tenant,
                                                             Instant from, CreatedPlace below,
                                                             std::size_t limit);

// Status and the amount that has arrived.
struct PaymentState {
    domain::PaymentStatus status;
    std::int64_t settled_minor = 0;
};
inline PaymentState state_of(const domain::Payment& payment) {
    return {payment.status, payment.settled_minor};
}
// Stores the payment's new state; its version rises. False: the payment had left `before` already
// (another unit was faster).
Step<bool> update_payment(Session& s, TenantId tenant, const domain::Payment& payment,
                          PaymentState before);
// Open payments of the tenant with ids above `after`, up to `until`, in order.
Step<std::vector<domain::Payment>> walk_open_payments(Session& s, TenantId tenant,
                                                      std::int64_t after, std::int64_t until,
                                                      std::size_t limit);

// Number of payments that wait for their settlement, up to `most`.
Step<std::int64_t> count_open_payments(Session& s, TenantId tenant, std::int64_t most);

// Forward, in the order of the feed.
Step<FeedPage<domain::Payment>> payments_after(Session& s, TenantId tenant, FeedPlace after,
                                               std::size_t limit);

} // namespace settled::store
