#include "sandbox/bank/api/request_ids.h"

#include "sandbox/bounds.h"

namespace settled::sandbox {

bool RequestIds::take(std::string_view id, Instant now) {
    while (!by_age_.empty() && (by_age_.size() >= bounds::bank_request_ids_max ||
                                by_age_.front().first + bounds::bank_request_id_kept < now)) {
        taken_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
    if (!taken_.emplace(id).second)
        return false;
    by_age_.emplace_back(now, id);
    return true;
}

} // namespace settled::sandbox
