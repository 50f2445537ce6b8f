// When each key of a bank last proved a webhook, to a minute: in memory, until it is taken to the store.
//
// Thread-safe: a webhook marks what all webhooks of that minute mark, under a shared lock.
#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::intake {

struct KeyUsed {
    TenantId tenant;
    ConnectorId connector;
    std::string fingerprint;
    Instant at; // the minute's begin
};

class KeyLog {
  public:
    void note(TenantId tenant, ConnectorId connector, std::string_view fingerprint, Instant now);
    // What has been noted in another minute than when it was last taken.
    std::vector<KeyUsed> take();

  private:
    struct Entry {
        TenantId tenant;
        std::atomic<std::int64_t> minute{0};
        std::int64_t taken = 0; // under the exclusive lock
    };
    using Name = std::pair<std::int64_t, std::string>;
    struct Before {
        using is_transparent = void;
        using View = std::pair<std::int64_t, std::string_view>;
        static View view(const Name& name) { return {name.first, name.second}; }
        bool operator()(const Name& a, const Name& b) const { return view(a) < view(b); }
        bool operator()(const Name& a, const View& b) const { return view(a) < b; }
        bool operator()(const View& a, const Name& b) const { return a < view(b); }
    };

    std::shared_mutex mutex_;
    std::map<Name, std::unique_ptr<Entry>, Before> entries_;
};

} // namespace settled::intake
