// An authentic webhook is taken in: once, whatever the bank repeats.
//
// Invariants (domain rules 11 to 15): the same event has one effect; the same key with other
// content is put to review and overwrites nothing; what was taken in is kept with its bytes until
// its retention ends.
#pragma once

#include "flow/facts.h"
#include "store/inbox.h"
#include "units/context.h"

#include <memory>

namespace settled::units {

struct Arrival {
    TenantId tenant;
    SourceId source;
    flow::InboundWebhook webhook;
    std::string body; // as received
    Instant received_at;
    Instant wall{}; // as of a Registration
};

struct Accepted {
    enum class Kind : std::uint8_t { stored, duplicate, conflict } kind = Kind::stored;
    WebhookId id; // the first webhook of that key
};
std::string_view token(Accepted::Kind kind);

store::Step<Accepted> accept_webhook(store::Session& s, const Context& context,
                                     std::shared_ptr<const Arrival> arrival);

} // namespace settled::units
