#include "api/file_places.h"

namespace settled::api {

Result<std::shared_ptr<void>> FilePlaces::take(TenantId tenant) {
    const std::lock_guard lock(taken_->mutex);
    if (taken_->tenants.size() >= bounds::statement_files_at_once_max)
        return fail(Code::server_busy, "other files are being imported; try again later");
    if (!taken_->tenants.insert(tenant).second)
        return fail(Code::server_busy, "another file of yours is being imported; try again later");
    return std::shared_ptr<void>(taken_.get(), [taken = taken_, tenant](void*) {
        const std::lock_guard ending(taken->mutex);
        taken->tenants.erase(tenant);
    });
}

} // namespace settled::api
