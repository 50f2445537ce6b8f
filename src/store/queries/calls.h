// Calls to connectors' APIs: the part of the outbox that waits for a reply.
//
// A call is claimed and its try written in one unit, before the first byte is sent. Who holds it
// under its present fence alone can say what came of the try; a holder that is no node any more
// has left a try without an end, which counts as one without a readable reply.
#pragma once

#include "base/id.h"
#include "domain/call.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view call_queued = "queued";
inline constexpr std::string_view call_done = "done";
inline constexpr std::string_view call_refused = "refused";
inline constexpr std::string_view call_unclear = "unclear"; // no repeat is left; asked otherwise
inline constexpr std::string_view call_cancelled = "cancelled";

struct CallRow {
    TenantId tenant;
    CallId id;
    ConnectorId connector;
    domain::CallPurpose purpose = domain::CallPurpose::test;
    std::int64_t subject_id = 0; // order, link or return; 0: it has members
    std::string account_key;     // of a paying call: the debtor's account
    domain::CallRequest request;
    std::string request_id;
    std::string status;
    std::int64_t tries = 0;
    std::int64_t unread = 0; // tries that got no readable reply
    Instant due_at;
    std::optional<Instant> first_sent_at;
    std::optional<std::int64_t> http_status;
    std::string reply_class;
    std::string reason;
    Instant created_at, updated_at;
    std::int64_t lease_owner = 0;
    std::int64_t fence = 0;
};

struct CallTryRow {
    std::int64_t number = 0; // from 1
    Instant started_at;
    std::optional<std::int64_t> latency_us; // nullopt: it has not ended, or was cut by a crash
    std::optional<std::int64_t> http_status;
    std::string outcome;
    std::string reply;
    std::int64_t fence = 0;
};

// False: there is a call under this request id.
Step<bool> insert_call(Session& s, const CallRow& call);
Step<std::optional<CallRow>> find_call(Session& s, TenantId tenant, CallId id);
Step<std::vector<CallRow>> calls_of(Session& s, TenantId tenant, std::int64_t subject_id);
// Newest first, below `before`; `status` empty: any.
Step<std::vector<CallRow>> list_calls(Session& s, TenantId tenant, std::string_view status,
                                      std::int64_t before, std::size_t limit);
Step<std::vector<CallTryRow>> tries_of(Session& s, TenantId tenant, CallId id);

enum class CallsDue : std::uint8_t {
    all,
    that_move_nothing, // while the calls of a restored store are held
};
// Calls of a connector that are due and held by no node, oldest due first.
Step<std::vector<CallRow>> due_calls(Session& s, TenantId tenant, ConnectorId connector,
                                     Instant now, CallsDue which, std::size_t limit);
// Queued ones that move money, by id, above `after`.
Step<std::vector<CallRow>> moving_calls_after(Session& s, TenantId tenant, ConnectorId connector,
                                              std::int64_t after, std::size_t limit);
// Takes a call and writes that its next try begins. False: another node holds it.
Step<bool> begin_try(Session& s, CallRow& call, std::int64_t holder, Instant now);
// Writes how the try under that claim ended. False: the claim is lost and nothing was changed.
struct TryEnd {
    Claim claim;
    std::int64_t number = 0;
    std::int64_t latency_us = 0;
    std::optional<std::int64_t> http_status;
    std::string outcome;
    std::string reply;
};
Step<bool> end_try(Session& s, TenantId tenant, CallId id, const TryEnd& end, Instant now);
// Writes what becomes of a call that no node holds.
Step<> update_call(Session& s, const CallRow& call);
// A try that was never ended, of a call that no node holds; 0: none.
Step<std::int64_t> cut_tries(Session& s, TenantId tenant, CallId id);
// Marks them as cut.
Step<> close_cut_tries(Session& s, TenantId tenant, CallId id);
// Gives back what those hold who are no nodes any more; `me` holds its own.
Step<std::int64_t> free_orphan_calls(Session& s, TenantId tenant, std::int64_t me,
                                     std::size_t limit);
// The connectors that are not paused and have something for a node to do: a call that is due, an
// order that waits for one or is to be asked about, a catch-up's next step, or a call that a node has
// left behind. `me` holds its own.
Step<std::vector<ConnectorId>> connectors_with_work(Session& s, Instant now, std::int64_t me);
// What a connector's refusal has put off is due now.
Step<> hurry_calls(Session& s, TenantId tenant, ConnectorId connector, Instant now);
// One call, if no node holds it.
Step<> hurry_call(Session& s, TenantId tenant, CallId id, Instant now);
// Of a connector that goes: what was not sent is not sent any more.
Step<> cancel_calls(Session& s, TenantId tenant, ConnectorId connector, Instant now);
// Whether a paying call of that account awaits its first reply.
Step<bool> awaits_first_reply(Session& s, TenantId tenant, ConnectorId connector,
                              std::string_view account_key);

struct ConnectorState {
    TenantId tenant;
    ConnectorId connector;
    Instant paused_until;
    std::string pause_reason;
    std::string paused_by; // the person who paused it; empty: it is not paused by a person
    bool failing = false;  // it refuses us
    std::int64_t version = 0;

    bool is_paused(Instant now) const { return !paused_by.empty() || now < paused_until; }
};
// As it is; of a connector that was never paused, one that is not.
Step<ConnectorState> find_connector_state(Session& s, TenantId tenant, ConnectorId connector);
Step<> put_connector_state(Session& s, const ConnectorState& state);
Step<> remove_connector_state(Session& s, TenantId tenant, ConnectorId connector);

} // namespace settled::store
