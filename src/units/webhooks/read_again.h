// A webhook that had no effect when it came is read again, after its connector's mapping or the
// program was corrected: one whose payload could not be read (it is in review), or one that was
// read as having no effect (archived).
//
// Invariants: the webhook has its effect once, however often it is read, resent, or both at a time.
// The key that it has by its new reading is claimed like that of one that arrives: when another
// webhook had that key, the effect is there already. Its review closes itself. For everything else,
// it arrives now: a settlement waits for its payment from now on.
#pragma once

#include "store/queries/inbox.h"
#include "units/context.h"
#include "units/webhooks/accept_webhook.h"

#include <memory>
#include <optional>
#include <string>

namespace settled::units {

struct Rereading {
    WebhookId id;
    // As it reads now; its received_at is now, its body is not used.
    Arrival arrival;
    // Not empty: it cannot be read, for that reason, and `arrival.webhook` says nothing.
    std::string trouble;
    // The caller named it by its id: it is read even if a person has closed its review meanwhile.
    bool is_meant = false;
};

struct ReadAgain {
    enum class Outcome : std::uint8_t {
        processed,        // it has had its effect now
        processed_before, // it had its effect before: nothing was changed
        archived,         // it can be read, and has no effect
        unreadable,       // it still cannot be read, for `reason`; it stays where it is
        duplicate,        // another webhook is the same event and has had its effect
        conflict,         // another webhook has its key with another payload: a person decides
        decided,          // a person has closed its review, or it is in review for something else
    } outcome{};
    std::string reason;
};
inline constexpr std::size_t read_again_outcomes = 7;
std::string_view token(ReadAgain::Outcome outcome); // the enumerator's name

// nullopt: there is no such webhook.
store::Step<std::optional<ReadAgain>> read_again(store::Session& s, const Context& context,
                                                 std::shared_ptr<const Rereading> rereading);

// The bank has sent `arrival` once more, `arrival` has an effect, and `earlier` has its key. If
// `earlier` had no effect when it came, it is read again and has its effect now. Called under
// locks_of() of the arrival.
struct Resent {
    bool is_read_again = false;
    std::int64_t digest = 0; // of the earlier one's payload, as it reads now
};
store::Step<Resent> read_again_when_resent(store::Session& s, const Context& context,
                                           std::shared_ptr<const Arrival> arrival,
                                           store::EarlierWebhook earlier);

} // namespace settled::units
