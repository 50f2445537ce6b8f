// A tenant by its name, for commands that read the store themselves.
#pragma once

#include "base/task.h"
#include "store/queries/directory.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace settled::server {

// not_found.
inline Task<Result<TenantId>> find_tenant(store::Store& store, std::string name) {
    auto found = co_await store.read<std::optional<store::TenantRow>>(
        [&name](store::Session& s) { return store::find_tenant_by_name(s, name); });
    CO_TRY(const auto tenant, std::move(found));
    if (!tenant)
        co_return fail(Code::not_found, "there is no tenant " + name);
    co_return tenant->id;
}

} // namespace settled::server
