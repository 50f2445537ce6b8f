#include "api/key_uses.h"

#include "api/bounds.h"

#include <utility>

namespace settled::api {

namespace {

constexpr std::int64_t minute_us = 60'000'000;

} // namespace

void KeyUses::note(TenantId tenant, ApiKeyId key, Instant now) {
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        if (entries_.size() >= bounds::used_keys_max)
            return;
        found = entries_.try_emplace(key).first;
    }
    Entry& entry = found->second;
    entry.tenant = tenant;
    entry.minute = now.us / minute_us;
}

std::vector<store::ApiKeyUse> KeyUses::take(Instant now) {
    const std::lock_guard lock(mutex_);
    std::vector<store::ApiKeyUse> uses;
    for (auto& [key, entry] : entries_)
        if (std::exchange(entry.taken, entry.minute) != entry.minute)
            uses.push_back({entry.tenant, key, Instant{entry.minute * minute_us}});
    std::erase_if(entries_, [minute = now.us / minute_us](const auto& item) {
        return item.second.minute < minute;
    });
    return uses;
}

} // namespace settled::api
