#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/key_text.h"
#include "api/page.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"

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
}

void write_key(wire::JsonWriter& w, const ApiKeyRow& key) {
    w.object();
    write_members(w, key);
    w.end();
}

struct NewKey {
    ApiKeyRow row;
    Secret text;
};

// A key passes on only its own rights: a caller who may make keys makes none that can do more.
Result<ApiKeyRow> read_new_key(const wire::Json& root, const Caller& caller) {
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
    TRY_VOID(in.finish());
    return key;
}

bool is_live(const ApiKeyRow& key) {
    return !key.revoked_at;
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const NewKey> key) {
    co_await s.lock({store::Lock::api_keys(key->row.tenant)});
    const ApiKeys there = co_await store::list_api_keys(s, key->row.tenant);
    if (std::ranges::count_if(there, is_live) >=
        static_cast<std::ptrdiff_t>(bounds::live_api_keys_per_tenant_max))
        co_return fail(Code::limit_reached, "revoke a key first");
    co_await store::insert_api_key(s, key->row);
    wire::JsonWriter w;
    w.object();
    write_members(w, key->row);
    w.member("key", key->text.reveal()).end(); // this once, to its owner
    co_return Answer{201, std::move(w).text()};
}

Step<Result<Answer>> revoke(Session& s, TenantId tenant, ApiKeyId id, Instant now) {
    const bool revoked = co_await store::revoke_api_key(s, tenant, id, now);
    if (!revoked)
        co_return fail(Code::not_found, "there is no such live key");
    co_return Answer{204, {}};
}

} // namespace

Task<Result<Answer>> create_api_key(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(ApiKeyRow row, read_new_key(document.root(), call.caller));
    Secret text = generate_key_text(core.rng);
    const crypto::Digest hash = core.keys.hash_of(text.reveal());
    row.tenant = call.caller.tenant;
    row.id = core.context.ids.next<ApiKeyId>();
    row.hash.assign(hash.begin(), hash.end());
    row.hint = key_hint(text.reveal());
    row.created_at = core.clock.now();
    const auto key = std::make_shared<const NewKey>(std::move(row), std::move(text));
    co_return co_await change(core, call, [=](Session& s) { return create(s, key); });
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
