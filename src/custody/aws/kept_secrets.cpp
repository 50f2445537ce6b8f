#include "custody/aws/kept_secrets.h"

#include <algorithm>
#include <array>

namespace settled::custody::aws {

namespace {

using namespace std::chrono_literals;

// A secret that a partner or bank did not take is read again at once, and not again for so long.
constexpr std::chrono::seconds doubt_interval = 30s;

Result<Secret> copy_of(const Error& error) {
    return std::unexpected(error);
}

} // namespace

// Keys that are missing are tried every two seconds (intake/bounds.h): AWS is asked less often.
std::chrono::seconds KeptSecrets::wait_after(int failures) {
    constexpr std::array waits{1s, 2s, 5s, 10s};
    const auto at = std::clamp<std::size_t>(static_cast<std::size_t>(failures), 1, waits.size());
    return waits[at - 1];
}

bool KeptSecrets::is_fresh(const Entry& entry, const Name& name, Freshness freshness,
                           Clock::Steady now) const {
    if (name.is_pinned && entry.value)
        return true;
    if (freshness == Freshness::now)
        return false;
    if (entry.trouble)
        return now - entry.read_at < wait_after(entry.failures);
    if (!entry.value)
        return false;
    const std::chrono::seconds age_max =
        freshness == Freshness::doubted ? std::min(doubt_interval, refresh_) : refresh_;
    return now - entry.read_at < age_max;
}

Result<Secret> KeptSecrets::keep(Entry& entry, Result<Secret> read, Clock::Steady now) const {
    if (!read) {
        entry.trouble = read.error();
        ++entry.failures;
    } else {
        entry.value = read->copy();
        entry.trouble.reset();
        entry.failures = 0;
    }
    entry.read_at = now;
    return read;
}

Result<Secret> KeptSecrets::get(const Name& name, Freshness freshness, const Read& read) {
    const std::lock_guard reading(reading_);
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_[name.uri];
        const Clock::Steady now = surroundings_.steady();
        entry.asked_at = now;
        entry.is_announced = false;
        if (is_fresh(entry, name, freshness, now))
            return entry.trouble ? copy_of(*entry.trouble) : Result<Secret>(entry.value->copy());
    }
    Result<Secret> got = read();
    const std::lock_guard lock(mutex_);
    return keep(entries_[name.uri], std::move(got), surroundings_.steady());
}

bool KeptSecrets::take_due() {
    const std::lock_guard lock(mutex_);
    const Clock::Steady now = surroundings_.steady();
    // No connector names it any more.
    std::erase_if(entries_, [&](const auto& item) {
        return item.second.is_announced && now - item.second.asked_at > 2 * refresh_;
    });
    bool is_due = false;
    for (auto& [uri, entry] : entries_) {
        if (entry.is_announced || now - entry.read_at < refresh_)
            continue;
        entry.is_announced = true;
        is_due = true;
    }
    return is_due;
}

} // namespace settled::custody::aws
