// People who sign in to the console. What is shown once, the secret of their codes, is kept under no
// Idempotency-Key.
#include "api/console/operators.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "payloads/reader.h"
#include "store/queries/changes.h"

#include <fmt/format.h>

#include <array>

namespace settled::api {

namespace {

using store::OperatorRow;
using store::Session;
using store::Step;
using Operators = std::vector<OperatorRow>;

void write_members(wire::JsonWriter& w, const OperatorRow& row) {
    w.member("id", to_string(row.id)).member("username", row.username).member("role", row.role);
    write_time(w, "created_at", row.created_at);
}

void write_operator(wire::JsonWriter& w, const OperatorRow& row) {
    w.object();
    write_members(w, row);
    w.end();
}

// With the address that an authenticator app reads, this once.
Answer shown_once(const OperatorRow& row, BytesView secret, int status) {
    wire::JsonWriter w;
    w.object();
    write_members(w, row);
    w.member("totp_uri", fmt::format("otpauth://totp/settled:{}?secret={}&issuer=settled",
                                     row.username, crypto::to_base32(secret)))
        .end();
    return {status, std::move(w).text()};
}

struct NewOperator {
    OperatorRow row;
    store::ChangeRow change;
    ScopeSet rights = {}; // of who changes an operator that is there
};

Bytes new_secret(Rng& rng) {
    Bytes secret(crypto::totp_secret_bytes);
    rng.fill(secret);
    return secret;
}

struct Wanted {
    std::string username;
    std::string role;
    std::shared_ptr<const Secret> password;
};

Result<Wanted> read_wanted(const Call& call) {
    TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    Wanted wanted;
    wanted.username = in.text("username", username_bytes_max);
    const std::string password = in.text("password", password_bytes_limit);
    wanted.role = in.text("role", username_bytes_max);
    if (!wanted.username.empty() && !is_username(wanted.username))
        in.refuse(Code::value_invalid, "username",
                  "give lower-case letters, digits, '.', '-' and '_'");
    if (!password.empty() && password.size() < password_bytes_min)
        in.refuse(Code::value_invalid, "password",
                  fmt::format("give at least {} characters", password_bytes_min));
    const std::string_view scopes = scopes_of_role(wanted.role);
    if (!wanted.role.empty() && scopes.empty())
        in.refuse(Code::value_invalid, "role", "give viewer, operator or admin");
    else if (!scopes.empty() && !call.caller.scopes.covers(*ScopeSet::parse(scopes)))
        in.refuse(Code::scope_missing, "role", "a caller can give only the scopes that it has");
    TRY_VOID(in.finish());
    wanted.password = std::make_shared<const Secret>(password);
    return wanted;
}

Step<bool> add(Session& s, std::shared_ptr<const NewOperator> fresh) {
    const bool added = co_await store::insert_operator(s, fresh->row);
    if (added)
        co_await store::insert_change(s, fresh->row.tenant, fresh->change);
    co_return added;
}

// An operator that has no scope beyond those of the caller: a new secret lets the caller sign in with it.
Step<Result<OperatorRow>> find_within(Session& s, TenantId tenant, OperatorId id, ScopeSet rights) {
    auto row = co_await store::find_operator(s, tenant, id);
    if (!row)
        co_return fail(Code::not_found, "there is no such operator");
    if (!rights.covers(*ScopeSet::parse(scopes_of_role(row->role))))
        co_return fail(Code::scope_missing, "the operator has scopes that the caller lacks");
    co_return *std::move(row);
}

Step<Result<OperatorRow>> renew(Session& s, std::shared_ptr<const NewOperator> fresh) {
    const OperatorRow& row = fresh->row;
    CO_TRY(const OperatorRow known, co_await find_within(s, row.tenant, row.id, fresh->rights));
    (void)co_await store::set_totp_secret(s, row.tenant, row.id, row.totp_secret, row.changed_at);
    co_await store::insert_change(s, row.tenant, fresh->change);
    co_return known;
}

Step<Result<Answer>> remove(Session& s, TenantId tenant, OperatorId id, ScopeSet rights) {
    CO_TRY_VOID(co_await find_within(s, tenant, id, rights));
    (void)co_await store::remove_operator(s, tenant, id);
    co_return Answer{204, {}};
}

store::ChangeRow change_of(const Core& core, const Call& call, std::string_view action,
                           OperatorId subject) {
    return {core.context.ids.next<ChangeId>(),
            call.caller.name,
            std::string(action),
            to_string(subject),
            "",
            call.request.request_id,
            core.clock.now()};
}

} // namespace

Task<Result<Answer>> create_operator(const Core& core, const Call& call) {
    CO_TRY(const Wanted wanted, read_wanted(call));
    Rng& rng = core.rng;
    CO_TRY(std::string hash,
           co_await core.key_desk.run<std::string>([&rng, password = wanted.password] {
               return Result<std::string>(crypto::hash_password(*password, rng));
           }));
    const Bytes secret = new_secret(rng);
    auto fresh = std::make_shared<NewOperator>();
    OperatorRow& row = fresh->row;
    row.tenant = call.caller.tenant;
    row.id = core.context.ids.next<OperatorId>();
    row.username = wanted.username;
    row.password = std::move(hash);
    row.role = wanted.role;
    row.totp_secret = seal_totp_secret(core.master, row.id, secret, rng);
    row.created_at = row.changed_at = core.clock.now();
    fresh->change = change_of(core, call, "operator.create", row.id);
    const auto added =
        co_await core.store.write<bool>([shared = std::shared_ptr<const NewOperator>(fresh)](
                                            Session& s) { return add(s, shared); });
    if (!added)
        co_return std::unexpected(added.error());
    if (!*added)
        co_return fail(Code::state_conflict, "the username is taken");
    co_return shown_once(row, secret, 201);
}

Task<Result<Answer>> renew_operator_totp(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<OperatorIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const Bytes secret = new_secret(core.rng);
    auto fresh = std::make_shared<NewOperator>();
    fresh->row.tenant = call.caller.tenant;
    fresh->row.id = id;
    fresh->row.totp_secret = seal_totp_secret(core.master, id, secret, core.rng);
    fresh->row.changed_at = core.clock.now();
    fresh->change = change_of(core, call, "operator.totp", id);
    fresh->rights = call.caller.scopes;
    using Found = Result<OperatorRow>;
    const auto renewed =
        co_await core.store.write<Found>([shared = std::shared_ptr<const NewOperator>(fresh)](
                                             Session& s) { return renew(s, shared); });
    if (!renewed)
        co_return std::unexpected(renewed.error());
    if (!*renewed)
        co_return std::unexpected(renewed->error());
    co_return shown_once(**renewed, secret, 200);
}

Task<Result<Answer>> list_operators(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, OperatorIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    Result<Operators> found = co_await core.store.read<Operators>(
        [=](Session& s) { return store::list_operators(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_operator);
}

Task<Result<Answer>> remove_operator(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<OperatorIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const ScopeSet rights = call.caller.scopes;
    co_return co_await change(core, call,
                              [=](Session& s) { return remove(s, tenant, id, rights); });
}

} // namespace settled::api
