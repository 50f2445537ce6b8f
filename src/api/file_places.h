// How many files of statements a process takes at a time (bounds.h): one of a tenant, so that one tenant's
// files leave room for another's.
//
// Thread-safe.
#pragma once

#include "api/bounds.h"
#include "base/error.h"
#include "base/id.h"

#include <memory>
#include <mutex>
#include <set>

namespace settled::api {

class FilePlaces {
  public:
    // The place is free again when the last copy of what is returned goes; it may outlive this object. Fails
    // with server_busy.
    Result<std::shared_ptr<void>> take(TenantId tenant);

  private:
    struct Taken {
        std::mutex mutex;
        std::set<TenantId> tenants;
    };
    std::shared_ptr<Taken> taken_ = std::make_shared<Taken>();
};

} // namespace settled::api
