// A reversal: money that had arrived went back, because the receiver or the bank returned it or the
// sender recalled it. It ends the settlement, and the settlement's match.
#pragma once

#include "base/id.h"
#include "domain/facts.h"
#include "match/match_fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::domain {

// `waiting`: its settlement has not come yet, since webhooks come in any order; `review`: its
// settlement did not come, or more than one fits.
enum class ReversalStatus : std::uint8_t { waiting, applied, review };
std::string_view token(ReversalStatus status);
std::optional<ReversalStatus> reversal_status_named(std::string_view token);

struct Reversal {
    ReversalId id;
    WebhookId webhook_id;
    SettlementId settlement_id; // 0: not found yet
    ReversalStatus status = ReversalStatus::waiting;
    std::string transaction_id; // the bank's, of the movement back
    std::string reason;         // the bank's code, if it gave one
    Instant received_at;
    match::MatchFields identity; // of the settlement that went back, as the return states it
};

// Money that left one of our accounts as a return.
bool is_reversal(const SettlementFact& fact);

Reversal reversal_from(const SettlementFact& fact, ReversalId id, WebhookId webhook,
                       Instant received_at);

} // namespace settled::domain
