// Which calls are written to the changes (GET /v1/changes), and as what: decisions, redeliveries, files of
// statements, and changes of keys, endpoints, connectors and rules. What clients do by the thousand
// (payments, orders, statements by their entries) is none of these; its own objects say who made them.
#pragma once

#include "api/call.h"
#include "base/id.h"
#include "store/queries/changes.h"
#include "store/step.h"

#include <optional>
#include <string_view>

namespace settled::api {

// A change as far as it is known before it is made.
struct ChangeNote {
    store::ChangeRow row; // without its id; a subject that is made by the call is not known yet
};

// nullopt: calls of this route are not written.
std::optional<ChangeNote> note_of(const Call& call, Instant now);

// `answer`: of the call, which names what it has made.
store::Step<> write_note(store::Session& s, IdMint& ids, TenantId tenant, ChangeNote note,
                         std::string_view answer);

} // namespace settled::api
