#include "api/key_ring.h"

#include "api/bounds.h"
#include "api/key_text.h"
#include "store/queries/directory.h"

#include <algorithm>

namespace settled::api {

namespace {

using Found = std::optional<store::ApiKeyRow>;

// A coroutine, so that the digest lives as long as the statement that refers to it.
store::Step<Found> find(store::Session& s, crypto::Digest hash) {
    co_return co_await store::find_api_key_by_hash(s, hash);
}

std::unexpected<Error> not_valid() {
    return fail(Code::credentials_invalid, "send a live API key as 'Authorization: Bearer sk_...'");
}

Result<std::string_view> bearer_of(const net::Request& request) {
    const auto header = request.fields.find("Authorization");
    if (!header)
        return fail(Code::credentials_missing, "send an API key as 'Authorization: Bearer sk_...'");
    constexpr std::string_view scheme = "bearer ";
    if (header->size() <= scheme.size() || (*header)[scheme.size() - 1] != ' ' ||
        !net::same_name(header->substr(0, scheme.size() - 1), scheme.substr(0, scheme.size() - 1)))
        return not_valid();
    return header->substr(scheme.size());
}

// Not beyond its end.
std::chrono::microseconds kept_for(const std::optional<Instant>& expires_at, Instant now) {
    const std::chrono::microseconds kept = bounds::cached_key_kept;
    return expires_at ? std::min(kept, std::chrono::microseconds(expires_at->us - now.us)) : kept;
}

} // namespace

KeyRing::KeyRing(store::Store& store, const Clock& clock, const Secret& master)
    : store_(store), clock_(clock), hash_(crypto::derive_key(master, "api-keys").bytes()) {}

Task<Result<Caller>> KeyRing::caller_of(const net::Request& request) {
    CO_TRY(const std::string_view key, bearer_of(request));
    if (!is_key_text(key))
        co_return not_valid();
    const crypto::Digest hash = hash_.of(key);
    if (auto known = recall(hash)) {
        uses_.note(known->caller.tenant, known->key, clock_.now());
        co_return std::move(known->caller);
    }
    const std::uint64_t seen = generation();
    const Result<Found> found =
        co_await store_.read<Found>([hash](store::Session& s) { return find(s, hash); });
    if (!found)
        co_return std::unexpected(found.error());
    const Instant now = clock_.now();
    if (!*found || (*found)->revoked_at || ((*found)->expires_at && *(*found)->expires_at <= now))
        co_return not_valid();
    const auto scopes = ScopeSet::parse((*found)->scopes);
    SETTLED_ASSERT(scopes.has_value(), "the store holds scopes that are none");
    const Caller caller{(*found)->tenant, *scopes, to_string((*found)->id)};
    remember(hash, {caller, (*found)->id, clock_.steady() + kept_for((*found)->expires_at, now)},
             seen);
    uses_.note(caller.tenant, (*found)->id, now);
    co_return caller;
}

void KeyRing::forget_all() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    ++generation_;
}

std::optional<KeyRing::Entry> KeyRing::recall(const crypto::Digest& hash) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(hash);
    if (found == entries_.end())
        return std::nullopt;
    if (found->second.until > clock_.steady())
        return found->second;
    entries_.erase(found);
    return std::nullopt;
}

void KeyRing::remember(const crypto::Digest& hash, const Entry& entry, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_)
        return;
    if (entries_.size() >= bounds::cached_keys_max)
        entries_.clear(); // more live keys than we remember: start again, which costs a read each
    entries_.insert_or_assign(hash, entry);
}

std::uint64_t KeyRing::generation() {
    const std::lock_guard lock(mutex_);
    return generation_;
}

} // namespace settled::api
