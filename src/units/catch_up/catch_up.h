// Catch-up: after a silence that is longer than the bank repeats its webhooks, after a restore, or
// when a person asks for it, the bank is asked for everything that it has booked since a time, and
// about every order that has no final state. What is missing here is added, each thing once
// (learnt.h).
//
// It goes from source to source (sources.h), a step after the other: each call and each reading of a
// reply is a unit, with the place where it is. A crash loses nothing and repeats at most one call.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/catch_ups.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/context.h"
#include "units/matching/pairing.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::units {

inline constexpr std::string_view catch_up_after_downtime = "downtime";
inline constexpr std::string_view catch_up_after_restore = "restore";
inline constexpr std::string_view catch_up_on_request = "request";

struct CatchUpRequest {
    TenantId tenant;
    std::string connector;        // its name
    std::optional<Instant> since; // absent: three days before what the bank sent last
    bool dry_run = false;
    std::string made_by;
    Instant now;
};
// Fails with connector_unknown, connector_receives_only, catch_up_running.
store::Step<Result<store::CatchUpRow>>
begin_catch_up(store::Session& s, const Context& context,
               std::shared_ptr<const CatchUpRequest> request);

// At the start of a server, before it takes anything: a catch-up for each bank that was not caught up
// since a restore, or whose last word is older than a bank repeats its webhooks.
store::Step<> begin_owed_catch_ups(store::Session& s, const Context& context, Instant now);

// The next step of the connector's catch-up, if one is due. Under Lock::calls.
store::Step<> step_catch_up(store::Session& s, const UnitScope& work, const Bank& bank);
// What its call was answered; nullopt: nothing that can be read.
store::Step<> read_catch_up(store::Session& s, const UnitScope& work, const Bank& bank,
                            const store::CallRow& call,
                            const std::optional<domain::CallReply>& reply);

} // namespace settled::units
