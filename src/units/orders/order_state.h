// What becomes of an order: one fact after the other, by the table of domain/order.h. A change is
// written with its event; what does not fit opens a review and changes nothing.
//
// All that is here runs under Lock::calls of the order's connector.
#pragma once

#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <string>

namespace settled::units {

// A fact about an order, and what comes with it.
struct OrderNews {
    domain::OrderFact fact{};
    std::string reason_code = {}; // the bank's
    std::string reason = {};
    domain::Advice advice = domain::Advice::none;
    std::string transaction_id = {};
    std::string actual_end_to_end_id = {};
    std::optional<SettlementId> settlement = std::nullopt;  // of `settled`
    std::optional<SettlementId> returned_by = std::nullopt; // of `returned`
    std::string source = {}; // who says so, for a review: "webhook whk_…", "query", "reply"
};

// Returns the order as it is then. An order that comes into doubt is asked for at the bank.
store::Step<domain::Order> apply_news(store::Session& s, const UnitScope& work, const Bank& bank,
                                      domain::Order order, OrderNews news);

// Whether the bank has said that it holds another instruction with the order's end-to-end id, and not yet
// what became of the two: one that it shows as rejected may be either.
bool has_twin(const domain::Order& order);

// It may be a duplicate, and was not sent: a person releases it or takes it back.
bool waits_for_release(const domain::Order& order);

// Opens a review of what does not fit, unless one like it is open.
store::Step<> review_contradiction(store::Session& s, const UnitScope& work,
                                   const domain::Order& order, std::string_view what,
                                   std::string_view source);

} // namespace settled::units
