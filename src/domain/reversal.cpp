#include "domain/reversal.h"

#include "base/enum_names.h"
#include "domain/settlement.h"

#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 3> statuses{"waiting", "applied", "review"};

} // namespace

std::string_view token(ReversalStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<ReversalStatus> reversal_status_named(std::string_view token) {
    return enum_named<ReversalStatus>(statuses, token);
}

bool is_reversal(const SettlementFact& fact) {
    return !fact.credit && fact.is_return && fact.amount.minor > 0;
}

Reversal reversal_from(const SettlementFact& fact, ReversalId id, WebhookId webhook,
                       Instant received_at) {
    Reversal reversal;
    reversal.id = id;
    reversal.webhook_id = webhook;
    reversal.transaction_id = fact.transaction_id;
    reversal.reason = fact.return_reason;
    reversal.received_at = received_at;
    reversal.identity = settlement_from(fact, {}, webhook, received_at).identity;
    return reversal;
}

} // namespace settled::domain
