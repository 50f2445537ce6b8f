#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/key_text.h"
#include "api/page.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"
#include "units/orders/second_person.h"

namespace settled::api {

namespace {

using store::ApiKeyRow;
using store::Session;
using store::Step;
using ApiKeys = std::vector<ApiKeyRow>;

void write_members(wire::JsonWriter& w, const ApiKeyRow& key) {
    w.member("id", to_string(key.id)).member("name", key.name).member("hint", key.hint);
    write_words(w, "scopes", key.scopes);
    write_time(w, "created_at", key.created_at);
    write_time(w, "revoked_at", key.revoked_at);
    write_time(w, "expires_at", key.expires_at);
    write_time(w, "last_used_at", key.last_used_at);
}

void write_key(wire::JsonWriter& w, const ApiKeyRow& key) {
    w.object();
    write_members(w, key);
    w.end();
}

struct NewKey {
    ApiKeyRow row;
    Secret text;
    std::string maker;
};

Instant after(Instant now, std::int64_t seconds) {
    return {now.us + std::chrono::microseconds(std::chrono::seconds(seconds)).count()};
}

// A key passes on only its own rights: a caller who may make keys makes none that can do more.
Result<ApiKeyRow> read_new_key(const wire::Json& root, const Caller& caller, Instant now) {
    ApiKeyRow key;
    payloads::Reader in(root);
    key.name = in.text("name", limits::text_bytes_max);
    const auto scopes = in.optional_texts("scopes", bounds::scopes_max, limits::text_bytes_max);
    if (!scopes)
        in.missing("scopes");
    for (const std::string& scope : scopes.value_or(std::vector<std::string>{})) {
        const auto one = ScopeSet::parse(scope);
        const bool is_one = scope.find(' ') == scope.npos && !scope.empty();
        if (!one && is_one)
            in.refuse(Code::value_invalid, "scopes", one.error().detail);
        else if (!is_one || (scope == "*" && scopes->size() != 1))
            in.refuse(Code::value_invalid, "scopes", "give one scope in each text, or \"*\" alone");
        else if (!caller.scopes.covers(*one))
            in.refuse(Code::scope_missing, "scopes", "a key can give only what it has itself");
        key.scopes += (key.scopes.empty() ? "" : " ") + scope;
    }
    key.created_at = now;
    if (const auto life = in.optional_integer("expires_in_seconds", 1, bounds::key_life_max))
        key.expires_at = after(now, *life);
    TRY_VOID(in.finish());
    return key;
}

bool is_live(const ApiKeyRow& key, Instant now) {
    return !key.revoked_at && (!key.expires_at || now < *key.expires_at);
}

Result<> check_room(const ApiKeys& there, Instant now) {
    const auto live =
        std::ranges::count_if(there, [now](const ApiKeyRow& key) { return is_live(key, now); });
    if (live >= static_cast<std::ptrdiff_t>(bounds::live_api_keys_per_tenant_max))
        return fail(Code::limit_reached, "revoke a key first");
    return {};
}

// With its text: this once, to its owner.
Answer shown_once(const ApiKeyRow& row, const Secret& text) {
    wire::JsonWriter w;
    w.object();
    write_members(w, row);
    w.member("key", text.reveal()).end();
    return {201, std::move(w).text()};
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const NewKey> key) {
    co_await s.lock({store::Lock::api_keys(key->row.tenant)});
    const ApiKeys there = co_await store::list_api_keys(s, key->row.tenant);
    CO_TRY_VOID(check_room(there, key->row.created_at));
    ApiKeyRow row = key->row;
    row.made_by = units::joined(co_await units::persons_behind(s, row.tenant, key->maker));
    co_await store::insert_api_key(s, row);
    co_return shown_once(row, key->text);
}

struct Rotation {
    NewKey key;   // without what it takes over
    ApiKeyId old; // whose place it takes
    ScopeSet rights;
    std::int64_t overlap_seconds;
};

// The new key can do what the old one can, and lives as long as that was made to live.
Result<ApiKeyRow> successor(const ApiKeyRow& old, const Rotation& rotation) {
    const auto scopes = ScopeSet::parse(old.scopes);
    if (!scopes || !rotation.rights.covers(*scopes))
        return fail(Code::scope_missing, "a key can give only what it has itself");
    ApiKeyRow row = rotation.key.row;
    row.name = old.name;
    row.scopes = old.scopes;
    if (old.expires_at)
        row.expires_at = Instant{row.created_at.us + old.expires_at->us - old.created_at.us};
    return row;
}

Step<Result<Answer>> rotate(Session& s, std::shared_ptr<const Rotation> rotation) {
    const ApiKeyRow& fresh = rotation->key.row;
    co_await s.lock({store::Lock::api_keys(fresh.tenant)});
    const ApiKeys there = co_await store::list_api_keys(s, fresh.tenant);
    const auto old = std::ranges::find(there, rotation->old, &ApiKeyRow::id);
    if (old == there.end() || !is_live(*old, fresh.created_at))
        co_return fail(Code::not_found, "there is no such live key");
    CO_TRY_VOID(check_room(there, fresh.created_at));
    CO_TRY(ApiKeyRow row, successor(*old, *rotation));
    // Who rotates a key has the new one in hand.
    auto persons = co_await units::persons_behind(s, row.tenant, to_string(rotation->old));
    for (std::string& person : co_await units::persons_behind(s, row.tenant, rotation->key.maker))
        persons.push_back(std::move(person));
    row.made_by = units::joined(persons);
    co_await store::insert_api_key(s, row);
    co_await store::expire_api_key(s, row.tenant, rotation->old,
                                   after(fresh.created_at, rotation->overlap_seconds));
    co_return shown_once(row, rotation->key.text);
}

Step<Result<Answer>> revoke(Session& s, TenantId tenant, ApiKeyId id, Instant now) {
    const bool revoked = co_await store::revoke_api_key(s, tenant, id, now);
    if (!revoked)
        co_return fail(Code::not_found, "there is no such live key");
    co_return Answer{204, {}};
}

NewKey new_key(const Core& core, const Call& call, ApiKeyRow row) {
    Secret text = generate_key_text(core.rng);
    const crypto::Digest hash = core.keys.hash_of(text.reveal());
    row.tenant = call.caller.tenant;
    row.id = core.context.ids.next<ApiKeyId>();
    row.hash.assign(hash.begin(), hash.end());
    row.hint = key_hint(text.reveal());
    return {std::move(row), std::move(text), call.caller.name};
}

Result<std::int64_t> read_overlap(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    const auto overlap = in.optional_integer("overlap_seconds", 0, bounds::key_overlap_max);
    TRY_VOID(in.finish());
    return overlap.value_or(bounds::key_overlap_default);
}

} // namespace

Task<Result<Answer>> create_api_key(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(ApiKeyRow row, read_new_key(document.root(), call.caller, core.clock.now()));
    const auto key = std::make_shared<const NewKey>(new_key(core, call, std::move(row)));
    co_return co_await change(core, call, [=](Session& s) { return create(s, key); });
}

Task<Result<Answer>> rotate_api_key(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ApiKeyIdTag>(call.id));
    CO_TRY(const std::int64_t overlap, read_overlap(call.request));
    ApiKeyRow row;
    row.created_at = core.clock.now();
    const auto rotation = std::make_shared<const Rotation>(new_key(core, call, std::move(row)), id,
                                                           call.caller.scopes, overlap);
    auto answer = co_await change(core, call, [=](Session& s) { return rotate(s, rotation); });
    core.keys.forget_all(); // the old one is remembered without its end
    co_return answer;
}

Task<Result<Answer>> list_api_keys(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ApiKeyIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    Result<ApiKeys> found = co_await core.store.read<ApiKeys>(
        [=](Session& s) { return store::list_api_keys(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_key);
}

Task<Result<Answer>> revoke_api_key(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<ApiKeyIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    auto answer =
        co_await change(core, call, [=](Session& s) { return revoke(s, tenant, id, now); });
    core.keys.forget_all();
    co_return answer;
}

} // namespace settled::api
