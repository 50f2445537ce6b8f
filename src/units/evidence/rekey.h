// Rekeying: everything of a tenant that waits in the index is indexed again under the next version
// of the tenant's key, in batches. Hashes that were made under the old key, and leaked with it,
// reveal nothing of later payments.
//
// While rekeying is under way, one side of a pair may be indexed under the old key and the other
// under the new one: no settlement may be matched then. So it is done with no server on the store,
// and no server opens a store that is half rekeyed (server/open_store.h). The position is stored in
// the transaction of each batch: a run that ended early is continued. Matches keep their proofs,
// and evidence says under which version.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/evidence/tenant_keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::units {

enum class RekeyPhase : std::uint8_t { payments, settlements, returns, done };
std::string_view token(RekeyPhase phase); // the enumerator's name

// How far the rekeying of one tenant has come.
struct KeyState {
    int version = first_key_version; // in use when done; before that, the version being introduced
    RekeyPhase phase = RekeyPhase::done;
    std::int64_t after = 0; // ids up to here are rekeyed

    bool is_done() const { return phase == RekeyPhase::done; }
    friend bool operator==(const KeyState&, const KeyState&) = default;
};
std::string to_text(const KeyState& state);
std::optional<KeyState> parse_key_state(std::string_view text);

// Of all tenants that were ever rekeyed. Asserts that the store holds nothing else there.
store::Step<std::map<TenantId, KeyState>> key_states(store::Session& s);

struct Rekeyed {
    KeyState state;
    std::size_t looked_at = 0; // payments and settlements
    std::size_t rekeyed = 0;   // of these, the number that were indexed
};
// Begins the rekeying unless it was begun before; returns how far it has come.
store::Step<KeyState> begin_rekeying(store::Session& s, TenantId tenant);
// Goes on from `state`, at most that many payments or settlements.
store::Step<Rekeyed> rekey_some(store::Session& s, const TenantKeys& keys, TenantId tenant,
                                KeyState state, std::size_t most);
// How many there are to look at in all.
store::Step<std::int64_t> rekeying_size(store::Session& s, TenantId tenant);

} // namespace settled::units
