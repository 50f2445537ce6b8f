// What has happened to a thing, by its id: for timelines.
#pragma once

#include "base/id.h"
#include "store/queries/events.h"
#include "store/queries/money/reviews.h"
#include "store/session.h"
#include "store/step.h"

#include <vector>

namespace settled::store {

// Also those that have ended; by rising id.
Step<std::vector<MatchId>> all_matches_of_settlement(Session& s, TenantId tenant, SettlementId id,
                                                     std::size_t limit);
Step<std::vector<MatchId>> all_matches_of_payment(Session& s, TenantId tenant, PaymentId id,
                                                  std::size_t limit);
// About that subject, oldest first.
Step<std::vector<ReviewRow>> reviews_of(Session& s, TenantId tenant, std::int64_t subject,
                                        std::size_t limit);
// By rising version, without their bodies.
Step<std::vector<EventRow>> events_about(Session& s, TenantId tenant, std::int64_t subject,
                                         std::size_t limit);

} // namespace settled::store
