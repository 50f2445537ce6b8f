// What a catch-up asks, one source after the other. A source that is added here is asked by every
// catch-up that begins from then on.
#pragma once

#include "domain/call.h"
#include "store/queries/money/catch_ups.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <span>
#include <string_view>

namespace settled::units {

// What a step of a source comes to.
enum class SourceStep : std::uint8_t {
    waits, // row.call says whose reply comes next
    goes_on,
    ends,
};

struct CatchUpSource {
    std::string_view name;   // in the API: never rename
    std::string_view scheme; // of a source of transactions; empty: any other
    // Takes a step from where the row says that it is, and writes into the row where it is then. It
    // may make a call whose subject is the catch-up.
    store::Step<SourceStep> (*step)(store::Session&, const UnitScope&, const Bank&,
                                    store::CatchUpRow&, const CatchUpSource&);
    // Reads the reply to it; fails with reply_unreadable, and has changed nothing then.
    store::Step<Result<SourceStep>> (*read)(store::Session&, const UnitScope&, const Bank&,
                                            store::CatchUpRow&, const CatchUpSource&,
                                            const domain::CallReply&);
};
// In their order.
std::span<const CatchUpSource> catch_up_sources();

// Makes the call of a step, under a request id of its own.
store::Step<> make_catch_up_call(store::Session& s, const UnitScope& work, const Bank& bank,
                                 store::CatchUpRow& row, domain::CallRequest request);

} // namespace settled::units
