#include "observe/repeats.h"

namespace settled::log {

std::optional<std::uint64_t> Repeats::note(std::string_view event, const Error& error, Steady now) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_first] = kinds_.try_emplace({std::string(event), error.code});
    Kind& kind = found->second;
    if (!is_first && now - kind.written < interval) {
        ++kind.unwritten;
        kind.detail = error.detail;
        return std::nullopt;
    }
    kind.written = now;
    return std::exchange(kind.unwritten, 0);
}

std::vector<Repeats::Counted> Repeats::take_overdue(Steady now) {
    const std::lock_guard lock(mutex_);
    std::vector<Counted> overdue;
    for (auto& [name, kind] : kinds_) {
        if (kind.unwritten == 0 || now - kind.written < interval)
            continue;
        kind.written = now;
        overdue.push_back(
            {name.first, {name.second, kind.detail}, std::exchange(kind.unwritten, 0)});
    }
    return overdue;
}

} // namespace settled::log
