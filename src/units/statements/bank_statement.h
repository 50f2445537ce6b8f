// The bank's own statement as a source: it is asked for, announced by webhook, downloaded page by
// page, stored, reconciled, and what it shows and nothing else reported is made known here, once
// (catch_up/learnt.h).
//
// 1. The webhook names the message, not the request: until the first page is here, the oldest request
//    is taken for it; then the statement's own day decides, and a request whose message it was not
//    waits on.
// 2. The webhook may come twice, late, in any order, or without a request (made in the bank's portal).
// 3. A page is stored before the unit that reads the reply, in bites, and the rest of it in that unit. A
//    page that is here already changes nothing.
// 4. All pages are stored before any is reconciled.
// 5. An entry without the bank's transaction id is counted and never made a settlement.
#pragma once

#include "base/error.h"
#include "domain/call.h"
#include "domain/facts.h"
#include "store/queries/calls.h"
#include "store/queries/money/statement_requests.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/calls/run_call.h"
#include "units/context.h"
#include "units/matching/pairing.h"
#include "units/statements/statement_page.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::units {

struct StatementQuestion {
    TenantId tenant;
    std::string connector; // its name
    Instant day;           // midnight in UTC of the bank's day
    std::string made_by;
    Instant now;
};
// Asks the bank for the statement of a day, unless one is under way or here: that one then. Fails
// with connector_unknown, connector_receives_only.
store::Step<Result<store::StatementRequestRow>>
request_statement(store::Session& s, const Context& context,
                  std::shared_ptr<const StatementQuestion> question);
// The same for a bank that is at hand. Under Lock::calls.
store::Step<store::StatementRequestRow> ask_for_statement(store::Session& s, const UnitScope& work,
                                                          const Bank& bank, Instant day,
                                                          std::string made_by);

// The webhook. Under Lock::calls of the connector.
store::Step<> statement_ready(store::Session& s, const UnitScope& work, ConnectorId connector,
                              const domain::StatementReadyFact& fact);

// A page has some thousand entries: it is read before the unit that ends its call, by a thread of its
// own, and stored in bites before it. That unit stores what is left, so that a crash or a lost claim in
// between needs no care.
struct DownloadedPage {
    Result<ReadPage> page;
};
// Any thread.
std::shared_ptr<const DownloadedPage> read_downloaded(const domain::CallRequest& request,
                                                      const domain::CallReply& reply);
// Stores a bite of it, if the call is held by who has sent it. True: there is more.
store::Step<bool> store_ahead(store::Session& s, const UnitScope& work, CallToSend call,
                              std::shared_ptr<const DownloadedPage> downloaded);

// The replies to the calls. Under Lock::calls.
store::Step<> read_statement_request(store::Session& s, const UnitScope& work, const Bank& bank,
                                     const store::CallRow& call,
                                     const domain::ReplyVerdict& verdict);
store::Step<> read_statement_page(store::Session& s, const UnitScope& work, const Bank& bank,
                                  const store::CallRow& call, const domain::ReplyVerdict& verdict,
                                  const std::optional<domain::CallReply>& reply,
                                  std::shared_ptr<const DownloadedPage> downloaded);

// The next step of a statement whose pages are all here; a task of the outbox.
store::Step<> advance_statement(store::Session& s, const Context& context, store::TaskRow task,
                                Instant now);

} // namespace settled::units
