// What the bank says about payments that we asked it to make, other than that they settled: held,
// rejected, declined, an assessment or a validation that failed.
#pragma once

#include "domain/facts.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Under Lock::calls of the connector. True: it is about something that we know.
store::Step<bool> accept_outcome(store::Session& s, const UnitScope& work, ConnectorId connector,
                                 WebhookId webhook, const domain::PaymentOutcomeFact& fact);

} // namespace settled::units
