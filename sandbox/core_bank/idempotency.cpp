#include "sandbox/core_bank/idempotency.h"

namespace settled::sandbox {

Idempotency::Found Idempotency::begin(const std::string& key, Instant now) {
    const auto found = entries_.find(key);
    if (found != entries_.end() && now - found->second.since < kept) {
        if (!found->second.answer) {
            ++in_process_;
            return {Place::in_process, {}};
        }
        ++replays_;
        return {Place::answered, *found->second.answer};
    }
    entries_[key] = {now, std::nullopt};
    return {};
}

void Idempotency::end(const std::string& key, const net::Response& answer) {
    const auto found = entries_.find(key);
    if (found == entries_.end())
        return;
    if (answer.status >= 200 && answer.status < 300)
        found->second.answer = answer;
    else
        entries_.erase(found);
}

} // namespace settled::sandbox
