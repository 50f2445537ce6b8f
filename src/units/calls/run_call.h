// The calls of a connector: which are sent now, and what came of each.
//
// A call is taken, and its try written, in one unit; the first byte is sent after that unit is
// committed. Whatever comes back is decided by the class of the reply (domain/call.h) and read by
// the purpose of the call, in one unit, if the call is still held under the claim that the try was
// made by.
#pragma once

#include "domain/call.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::units {

struct CallToSend {
    TenantId tenant;
    CallId id;
    ConnectorId connector;
    domain::CallRequest request;
    std::string request_id;
    std::int64_t number = 1; // of this try
    store::Claim claim;
};

struct CallQuery {
    TenantId tenant;
    ConnectorId connector;
    Instant now;
    std::int64_t holder = 0; // of this node's lease
    std::size_t room = 0;    // how many it can send now
    bool frees_orphans = false;
};
// Moves waiting orders into calls and takes what is due. Empty while the connector is paused. While
// the calls of a restored store are held (hold.h), nothing that moves money is made or taken.
store::Step<std::vector<CallToSend>> next_calls(store::Session& s, const Context& context,
                                                CallQuery query);

struct DownloadedPage; // statements/bank_statement.h

struct EndedTry {
    TenantId tenant;
    CallId id;
    ConnectorId connector;
    store::Claim claim;
    std::int64_t number = 1;
    std::chrono::microseconds latency{0};
    std::optional<domain::CallReply> reply; // nullopt: none could be read
    std::string error;                      // then: the code of what happened
    Instant now;
    std::string not_sent = {}; // why no byte of it was sent, which is about us; empty: it was sent
    std::shared_ptr<const DownloadedPage> page = nullptr; // a statement's, if it was read before
};
struct CallEnd {
    bool is_lost = false; // the claim is not held any more; nothing was changed
    domain::ReplyVerdict verdict;
};
store::Step<CallEnd> end_call(store::Session& s, const Context& context,
                              std::shared_ptr<const EndedTry> ended);

// A person stops the calls of a connector, or lets them go on.
store::Step<Result<>> pause_connector(store::Session& s, TenantId tenant, ConnectorId connector,
                                      std::string actor, std::string reason);
store::Step<Result<>> resume_connector(store::Session& s, TenantId tenant, ConnectorId connector,
                                       Instant now);

} // namespace settled::units
