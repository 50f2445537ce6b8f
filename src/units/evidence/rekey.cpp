#include "units/evidence/rekey.h"

#include "match/keys.h"
#include "store/queries/installation.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/settlements.h"
#include "store/queries/walks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace settled::units {

namespace {

using match::Key;
using store::Session;
using store::Side;
using store::Step;

constexpr std::string_view prefix = "match_key/";
constexpr std::array<std::string_view, 4> phases{"payments", "settlements", "returns", "done"};

std::string name_of(TenantId tenant) {
    return fmt::format("{}{}", prefix, tenant.value);
}

// The whole text, or nothing.
template <class T>
std::optional<T> number_in(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::string_view cut_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

Step<> keep(Session& s, TenantId tenant, const KeyState& state) {
    const std::string text = to_text(state);
    co_await store::set_installation_value(s, name_of(tenant), Bytes(text.begin(), text.end()));
}

// The key that is left and the one that is taken up.
struct Change {
    const crypto::Hmac& from;
    const crypto::Hmac& to;
};

// True: it stood there, and stands there again.
Step<bool> put_again(Session& s, TenantId tenant, Side side, std::int64_t owner,
                     std::vector<Key> before, std::vector<Key> after) {
    const bool stood = co_await store::take_match_keys(s, tenant, side, owner, std::move(before));
    if (stood)
        co_await store::insert_match_keys(s, tenant, side, owner, after);
    co_return stood;
}

// Open, or so old that it is in the archive.
Step<bool> rekey(Session& s, const Change& change, TenantId tenant,
                 const domain::Payment& payment) {
    const auto of = match::Of::payment;
    bool stood = false;
    for (const Side side : {Side::payment, Side::archive})
        stood = co_await put_again(s, tenant, side, payment.id.value,
                                   match::stored_keys(change.from, payment.identity, of),
                                   match::stored_keys(change.to, payment.identity, of)) ||
                stood;
    co_return stood;
}

// The keys while it waits, and the keys by which its return, or a payment registered late, will
// look for it.
Step<bool> rekey(Session& s, const Change& change, TenantId tenant,
                 const domain::Settlement& settlement) {
    const auto of = match::Of::settlement;
    const match::MatchFields& identity = settlement.identity;
    const bool waited = co_await put_again(s, tenant, Side::settlement, settlement.id.value,
                                           match::stored_keys(change.from, identity, of),
                                           match::stored_keys(change.to, identity, of));
    const auto before = match::trace_keys(change.from, identity);
    const auto after = match::trace_keys(change.to, identity);
    bool traced = false;
    for (std::size_t i = 0; i < before.size(); ++i) // it may not be indexed under all of them
        traced = co_await put_again(s, tenant, Side::trace, settlement.id.value, {before[i]},
                                    {after[i]}) ||
                 traced;
    co_return waited || traced;
}

// While it waits for its settlement; under one of them.
Step<bool> rekey(Session& s, const Change& change, TenantId tenant,
                 const domain::Reversal& reversal) {
    auto before = match::return_keys(change.from, reversal.identity);
    auto after = match::return_keys(change.to, reversal.identity);
    before.resize(std::min<std::size_t>(before.size(), 1));
    after.resize(before.size());
    co_return co_await put_again(s, tenant, Side::reversal, reversal.id.value, std::move(before),
                                 std::move(after));
}

// `items`: those after `state`, fewer than `most` if they are the last of the phase.
template <class T>
Step<Rekeyed> rekey_all(Session& s, const Change& change, TenantId tenant, KeyState state,
                        std::vector<T> items, std::size_t most) {
    Rekeyed done{state, items.size()};
    for (const T& item : items) {
        done.rekeyed += co_await rekey(s, change, tenant, item) ? 1 : 0;
        done.state.after = item.id.value;
    }
    if (items.size() < most)
        done.state = {state.version, static_cast<RekeyPhase>(static_cast<int>(state.phase) + 1), 0};
    co_return done;
}

Step<std::vector<domain::Settlement>> settlements_after(Session& s, TenantId tenant,
                                                        std::int64_t after, std::size_t most) {
    std::vector<std::int64_t> ids;
    for (const store::WalkedId& each :
         co_await store::walk(s, tenant, store::Walked::settlements, after, most))
        ids.push_back(each.id);
    co_return co_await store::find_settlements(s, tenant, std::move(ids));
}

} // namespace

std::string_view token(RekeyPhase phase) {
    return phases[static_cast<std::size_t>(phase)];
}

std::string to_text(const KeyState& state) {
    return fmt::format("{} {} {}", state.version, token(state.phase), state.after);
}

std::optional<KeyState> parse_key_state(std::string_view text) {
    const auto version = number_in<int>(cut_word(text));
    const auto* const phase = std::ranges::find(phases, cut_word(text));
    const auto after = number_in<std::int64_t>(text);
    if (!version || *version <= first_key_version || phase == phases.end() || !after)
        return std::nullopt;
    return KeyState{*version, static_cast<RekeyPhase>(phase - phases.begin()), *after};
}

Step<std::map<TenantId, KeyState>> key_states(Session& s) {
    std::map<TenantId, KeyState> states;
    for (const store::InstallationValue& kept :
         co_await store::installation_values_under(s, std::string(prefix))) {
        const auto tenant =
            number_in<std::int64_t>(std::string_view(kept.name).substr(prefix.size()));
        const auto state = parse_key_state(as_text(kept.value));
        SETTLED_ASSERT(tenant && state, "the store holds a state of keys that is none: {}",
                       kept.name);
        states.emplace(TenantId{*tenant}, *state);
    }
    co_return states;
}

Step<KeyState> begin_rekeying(Session& s, TenantId tenant) {
    const auto states = co_await key_states(s);
    const auto known = states.find(tenant);
    KeyState state = known == states.end() ? KeyState{} : known->second;
    if (state.is_done())
        state = {state.version + 1, RekeyPhase::payments, 0};
    co_await keep(s, tenant, state);
    co_return state;
}

Step<Rekeyed> rekey_some(Session& s, const TenantKeys& keys, TenantId tenant, KeyState state,
                         std::size_t most) {
    SETTLED_ASSERT(!state.is_done() && state.version > first_key_version,
                   "a rekeying that is done does not go on");
    const Change change{keys.of(tenant, state.version - 1), keys.of(tenant, state.version)};
    Rekeyed done;
    if (state.phase == RekeyPhase::payments)
        done = co_await rekey_all(
            s, change, tenant, state,
            co_await store::walk_open_payments(s, tenant, state.after, INT64_MAX, most), most);
    else if (state.phase == RekeyPhase::settlements)
        done = co_await rekey_all(s, change, tenant, state,
                                  co_await settlements_after(s, tenant, state.after, most), most);
    else
        done =
            co_await rekey_all(s, change, tenant, state,
                               co_await store::walk_reversals(s, tenant, state.after, most), most);
    co_await keep(s, tenant, done.state);
    co_return done;
}

Step<std::int64_t> rekeying_size(Session& s, TenantId tenant) {
    const std::int64_t payments = co_await store::count_open_payments(s, tenant, INT64_MAX);
    co_return payments + co_await store::count(s, tenant, store::Walked::settlements);
}

} // namespace settled::units
