// Things by the ids that others have given them. Reads only.
#pragma once

#include "base/id.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>

namespace settled::api {

// By our id, else by the client's.
store::Step<std::optional<domain::Payment>> find_payment_named(store::Session& s, TenantId tenant,
                                                               std::string id);
// By our id, else by the transaction id of a bank.
store::Step<std::optional<domain::Settlement>>
find_settlement_named(store::Session& s, TenantId tenant, std::string id);

} // namespace settled::api
