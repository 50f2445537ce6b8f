#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "store/queries/seals.h"

namespace settled::api {

// Before the first seal: number 0, and nothing else.
Task<Result<Answer>> show_audit_head(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto found = co_await core.store.read<std::optional<domain::Seal>>(
        [tenant](store::Session& s) { return store::last_seal(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    const domain::Seal seal = found->value_or(domain::Seal{});
    wire::JsonWriter w;
    w.object().member("number", seal.number).member("entries", seal.entries);
    w.member("digest", seal.digest);
    write_time(w, "sealed_at", *found ? std::optional(seal.sealed_at) : std::nullopt);
    w.end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
