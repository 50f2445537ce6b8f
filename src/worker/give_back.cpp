#include "worker/give_back.h"

#include "base/limits.h"
#include "observe/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace settled::worker {

namespace {

using Batch = std::vector<GiveBack::Held>;

store::Step<> give_all(store::Session& s, std::shared_ptr<const Batch> batch) {
    for (const GiveBack::Held& held : *batch)
        co_await store::give_back(s, held.tenant, held.task, held.claim);
}

} // namespace

void GiveBack::flush() {
    if (is_writing_ || held_.empty())
        return;
    is_writing_ = true;
    boost::asio::co_spawn(io_, write_all(), boost::asio::detached);
}

Task<> GiveBack::write_all() {
    bool goes_on = true;
    while (goes_on && !held_.empty()) {
        const auto count =
            static_cast<std::ptrdiff_t>(std::min(held_.size(), limits::tasks_given_back_at_once));
        const auto batch = std::make_shared<const Batch>(held_.begin(), held_.begin() + count);
        held_.erase(held_.begin(), held_.begin() + count);
        const auto given =
            co_await store_.write<void>([batch](store::Session& s) { return give_all(s, batch); });
        if (!given) {
            log::lasting("outbox.not_given_back", given.error(), {});
            held_.insert(held_.end(), batch->begin(), batch->end());
            goes_on = false;
        }
    }
    is_writing_ = false;
}

} // namespace settled::worker
