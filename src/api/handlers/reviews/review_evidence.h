// A review with the order, return, link, posting, booking or movement that it is about, as far as its reader may see
// it.
#pragma once

#include "api/handlers/money_out/money_out_views.h"
#include "api/scope.h"
#include "store/queries/money/reviews.h"

#include <optional>
#include <string>

namespace settled::api {

struct ReviewEvidence {
    store::ReviewRow review;
    std::optional<OrderDetail> order;
    std::optional<ReturnDetail> money_return;
    std::optional<LinkDetail> link;
    std::optional<PostingDetailView> posting;
    std::optional<store::BookingRow> booking;
    std::optional<store::MovementRow> movement;
};
store::Step<std::optional<ReviewEvidence>> find_evidence(store::Session& s, TenantId tenant,
                                                         ReviewId id, ScopeSet scopes);
std::string shown(const ReviewEvidence& evidence);

} // namespace settled::api
