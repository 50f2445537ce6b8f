#include "api/operator.h"

#include "domain/connector.h"
#include "store/queries/directory.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using Found = std::optional<store::TenantRow>;

constexpr std::size_t actor_bytes_max = 64;

Step<Found> find(Session& s, std::shared_ptr<const std::string> name) {
    co_return co_await store::find_tenant_by_name(s, *name);
}

// False: it is there already.
Step<bool> open_tenant(Session& s, std::shared_ptr<const store::TenantRow> tenant) {
    co_await s.lock({store::Lock::tenants()});
    const auto found = co_await store::find_tenant_by_name(s, tenant->name);
    if (found)
        co_return false;
    co_await store::insert_tenant(s, *tenant);
    co_return true;
}

Result<std::string> actor_of(const net::Request& request) {
    const auto given = request.parameter("actor");
    if (!given)
        return "operator";
    const bool readable = std::ranges::none_of(
        *given, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
    if (given->empty() || given->size() > actor_bytes_max || !readable)
        return fail(Code::parameter_invalid,
                    "actor: give a name of 1 to 64 bytes, without control characters");
    return "operator:" + *given;
}

} // namespace

Task<Result<Caller>> operator_caller(const Core& core, const Route& route,
                                     const net::Request& request) {
    const std::string name = request.parameter("tenant").value_or("main");
    if (!domain::is_connector_name(name)) // tenants' names have the same form
        co_return fail(Code::parameter_invalid,
                       "tenant: give lower-case letters, digits, '-' and '_'");
    CO_TRY(const std::string actor, actor_of(request));
    if (request.parameter("new_tenant") == "true") { // the route takes it (check_parameters)
        const auto tenant = std::make_shared<const store::TenantRow>(
            core.context.ids.next<TenantId>(), name, core.clock.now());
        const Result<bool> opened = co_await core.store.write<bool>(
            [tenant](Session& s) { return open_tenant(s, tenant); });
        if (!opened)
            co_return std::unexpected(opened.error());
        if (!*opened)
            co_return fail(Code::state_conflict,
                           "tenant " + name + " is there already; leave new_tenant away");
        co_return Caller{tenant->id, ScopeSet::all(), actor};
    }
    const auto wanted = std::make_shared<const std::string>(name);
    const Result<Found> found =
        co_await core.store.read<Found>([wanted](Session& s) { return find(s, wanted); });
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return fail(Code::not_found, route.opens_tenant
                                            ? "there is no tenant " + name +
                                                  "; to open it, add --new-tenant (new_tenant=true)"
                                            : "there is no tenant " + name);
    co_return Caller{(*found)->id, ScopeSet::all(), actor};
}

} // namespace settled::api
