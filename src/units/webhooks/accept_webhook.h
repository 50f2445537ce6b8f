// An authentic webhook is accepted: once, whatever the bank repeats.
//
// Invariants (docs/intake.md): the same event has one effect; the same key with other
// content is put to review and overwrites nothing; what was accepted is stored with its bytes until
// its retention ends. One that comes again and had no effect at first, since it could not be read,
// is read again (read_again.h).
#pragma once

#include "domain/facts.h"
#include "store/queries/inbox.h"
#include "units/context.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace settled::units {

// Reads a body as its connector's webhooks are read now. Pure.
using BodyReader = std::function<Result<domain::InboundWebhook>(std::string_view body)>;

struct Arrival {
    TenantId tenant;
    ConnectorId connector;
    domain::InboundWebhook webhook;
    std::string body; // as received
    Instant received_at;
    Instant wall{};       // as of a Registration
    BodyReader read = {}; // of the same connector; empty: earlier bodies are not read again
};

struct Accepted {
    enum class Kind : std::uint8_t { stored, duplicate, conflict, read_again } kind = Kind::stored;
    WebhookId id; // the first webhook of that key
};
inline constexpr std::size_t accepted_kinds = 4;
std::string_view token(Accepted::Kind kind);

store::Step<Accepted> accept_webhook(store::Session& s, const Context& context,
                                     std::shared_ptr<const Arrival> arrival);

} // namespace settled::units
