// When each API key last let a caller in, to a minute: in memory, until it is taken to the store. What was
// not taken when the process ends is lost.
//
// Bounded: bounds::used_keys_max keys; while there is no room, a further key's use is not noted.
// Thread-safe; the lock is held for a look-up in memory only.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/queries/directory.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace settled::api {

class KeyUses {
  public:
    void note(TenantId tenant, ApiKeyId key, Instant now);
    // Of keys that were used in another minute than when they were last taken: so each is written at most
    // once a minute. What was taken is forgotten when its minute is over.
    std::vector<store::ApiKeyUse> take(Instant now);

  private:
    struct Entry {
        TenantId tenant;
        std::int64_t minute = 0;
        std::int64_t taken = 0; // the minute that was last taken
    };

    std::mutex mutex_;
    std::map<ApiKeyId, Entry> entries_;
};

} // namespace settled::api
