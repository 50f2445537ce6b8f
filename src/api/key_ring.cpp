#include "api/key_ring.h"

#include "api/bounds.h"
#include "api/key_text.h"
#include "store/queries/directory.h"

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

} // namespace

KeyRing::KeyRing(store::Store& store, const Clock& clock, const Secret& master)
    : store_(store), clock_(clock), hash_(crypto::derive_key(master, "api-keys").bytes()) {}

Task<Result<Caller>> KeyRing::caller_of(const net::Request& request) {
    CO_TRY(const std::string_view key, bearer_of(request));
    if (!is_key_text(key))
        co_return not_valid();
    const crypto::Digest hash = hash_.of(key);
    if (const auto known = recall(hash))
        co_return *known;
    const std::uint64_t seen = generation();
    const Result<Found> found =
        co_await store_.read<Found>([hash](store::Session& s) { return find(s, hash); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found || (*found)->revoked_at)
        co_return not_valid();
    const auto scopes = ScopeSet::parse((*found)->scopes);
    SETTLED_ASSERT(scopes.has_value(), "the store holds scopes that are none");
    const Caller caller{(*found)->tenant, *scopes, to_string((*found)->id)};
    remember(hash, caller, seen);
    co_return caller;
}

void KeyRing::forget_all() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    ++generation_;
}

std::optional<Caller> KeyRing::recall(const crypto::Digest& hash) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(hash);
    if (found == entries_.end())
        return std::nullopt;
    if (found->second.until > clock_.steady())
        return found->second.caller;
    entries_.erase(found);
    return std::nullopt;
}

void KeyRing::remember(const crypto::Digest& hash, const Caller& caller, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_)
        return;
    if (entries_.size() >= bounds::cached_keys_max)
        entries_.clear(); // more live keys than we remember: start again, which costs a read each
    entries_.insert_or_assign(hash, Entry{caller, clock_.steady() + bounds::cached_key_kept});
}

std::uint64_t KeyRing::generation() {
    const std::lock_guard lock(mutex_);
    return generation_;
}

} // namespace settled::api
