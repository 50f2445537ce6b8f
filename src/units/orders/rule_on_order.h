// A client takes an order back that was not sent, or a person decides about one whose outcome is unknown
// or that may be a duplicate.
//
// In a store that was put back to an older state an order may have been sent that looks as if it was
// not: no client and no reviewer takes it back before the bank was asked for it (ask_bank.h).
#pragma once

#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/orders/register_order.h"

#include <string>
#include <string_view>
#include <utility>

namespace settled::units {

// The order under Lock::calls of its bank, which is taken. Fails with not_found, connector_unknown.
store::Step<Result<std::pair<Bank, domain::Order>>> lock_order(store::Session& s, TenantId tenant,
                                                               OrderId id);

// Only while no call carries it and none can have carried it: then order_sent. not_found.
store::Step<Result<OrderAnswer>> cancel_order(store::Session& s, const Context& context,
                                              TenantId tenant, OrderId id, Instant now);

// What a person decides about an order whose outcome is unknown (review order_unresolved), or that may be
// a duplicate (review possible_duplicate).
enum class OrderRuling : std::uint8_t {
    ask_again,  // the bank is asked now; the review stays open
    settled,    // by a transaction that the reviewer names; the bank is asked for it first
    never_paid, // with the source of that evidence; a possible duplicate is cancelled unsent
    release,    // a possible duplicate is meant: it is sent
};
// The decision as the review keeps it.
std::string_view token(OrderRuling ruling);
struct OrderDecision {
    TenantId tenant;
    OrderId order;
    OrderRuling ruling = OrderRuling::ask_again;
    std::string transaction_id = {}; // of `settled`
    std::string reason;
    std::string actor;
    Instant now;
};
// Closes the review with the decision, its reason and who made it; `settled` does so when the bank has
// shown that transaction (claimed_settlement.h). Fails, and writes nothing, with: not_found,
// state_conflict, second_person_needed (`actor` made the order that was never paid).
store::Step<Result<OrderAnswer>> rule_on_order(store::Session& s, const Context& context,
                                               OrderDecision decision);

} // namespace settled::units
