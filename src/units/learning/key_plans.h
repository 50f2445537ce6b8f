// What was learnt of institutions, for units: from memory, without waiting.
#pragma once

#include "domain/payment.h"
#include "domain/settlement.h"
#include "learn/plan.h"

#include <optional>
#include <string_view>

namespace settled::units {

// Thread-safe.
class KeyPlans {
  public:
    virtual ~KeyPlans() = default;

    // The keys to store a payment under, and to probe for its waiting settlement. Its institution
    // is the one that the client named, else the bank of the payer's account.
    virtual learn::KeyPlan for_payment(TenantId tenant, const domain::Payment& payment) const = 0;
    // The keys to probe for a settlement's payment. Its institution is the one whose payments come
    // from the bank of the payer's account; settlements are stored under all keys.
    virtual learn::KeyPlan for_settlement(TenantId tenant,
                                          const domain::Settlement& settlement) const = 0;

    // The length at which that institution cuts references: learnt or, before enough was seen,
    // seeded. `account` is ours, as account_key().
    virtual std::optional<std::size_t> reference_length_max(TenantId tenant,
                                                            std::string_view institution,
                                                            std::string_view scheme,
                                                            std::string_view account) const = 0;
};

} // namespace settled::units
