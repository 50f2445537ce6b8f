#include "server/stale_secrets.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace settled::server {

namespace {

std::chrono::seconds age_of(Clock::Steady since, Clock::Steady now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - since);
}

} // namespace

std::vector<StaleSecret> stale_secrets(const std::vector<intake::KeyStanding>& keys,
                                       const std::optional<TlsKeeper::State>& tls,
                                       Clock::Steady now) {
    std::vector<StaleSecret> stale;
    for (const intake::KeyStanding& key : keys)
        if (key.kept_since)
            stale.push_back({key.name, key.use, age_of(*key.kept_since, now)});
    if (tls && tls->kept_since)
        stale.push_back({"", "tls", age_of(*tls->kept_since, now)});
    std::ranges::sort(stale, {}, [](const StaleSecret& one) {
        return std::tuple(-one.age, std::string_view(one.connector), std::string_view(one.use));
    });
    return stale;
}

} // namespace settled::server
