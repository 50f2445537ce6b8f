#include "intake/key_log.h"

#include <mutex>

namespace settled::intake {

namespace {

constexpr std::int64_t minute_us = 60'000'000;

} // namespace

void KeyLog::note(TenantId tenant, ConnectorId connector, std::string_view fingerprint,
                  Instant now) {
    const std::int64_t minute = now.us / minute_us;
    {
        const std::shared_lock lock(mutex_);
        const auto found = entries_.find(Before::View{connector.value, fingerprint});
        if (found != entries_.end()) {
            found->second->minute.store(minute, std::memory_order_relaxed);
            return;
        }
    }
    const std::unique_lock lock(mutex_);
    auto& entry = entries_[{connector.value, std::string(fingerprint)}];
    if (!entry)
        entry = std::make_unique<Entry>();
    entry->tenant = tenant;
    entry->minute.store(minute, std::memory_order_relaxed);
}

std::vector<KeyUsed> KeyLog::take() {
    const std::unique_lock lock(mutex_);
    std::vector<KeyUsed> used;
    for (auto& [name, entry] : entries_) {
        const std::int64_t minute = entry->minute.load(std::memory_order_relaxed);
        if (minute == std::exchange(entry->taken, minute))
            continue;
        used.push_back(
            {entry->tenant, ConnectorId{name.first}, name.second, Instant{minute * minute_us}});
    }
    return used;
}

} // namespace settled::intake
