// The money of a page that a catch-up has asked for, made known in bites before the unit that ends the
// page's call (calls/run_call.h).
//
// To settle and match one transaction takes some 0.1 ms of the writer, and a page has 50: read in one
// unit, they would keep a webhook waiting for all of them. That unit still reads the page as a whole,
// and finds known what was learnt ahead, so it decides alone that the page is read: after a crash
// between two bites the call is repeated, and a bite whose claim is lost changes nothing.
//
// Only credits are learnt ahead. They are most of a page and take longest, and they are known once they
// are learnt, so that each is counted once; a debit of an order is not always.
#pragma once

#include "connectors/clearbank/transactions.h"
#include "domain/call.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/run_call.h"
#include "units/context.h"

#include <cstddef>
#include <memory>

namespace settled::units {

struct PageAhead {
    TenantId tenant;
    ConnectorId connector;
    CallId call;
    store::Claim claim;
    std::vector<connectors::clearbank::BankTransaction> credits;
};
// Reads what a bank has replied to the call of a catch-up; null where there is nothing to learn ahead.
// Any thread.
std::shared_ptr<const PageAhead> read_page_ahead(const CallToSend& call,
                                                 const std::optional<domain::CallReply>& reply);

// Makes known the credits of a bite that begins with that one. Returns where the next begins;
// nullopt: nothing is left to learn ahead.
store::Step<std::optional<std::size_t>> learn_ahead(store::Session& s, const Context& context,
                                                    std::shared_ptr<const PageAhead> page,
                                                    std::size_t first, Instant now);

} // namespace settled::units
