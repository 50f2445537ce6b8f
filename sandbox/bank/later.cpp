#include "sandbox/bank/later.h"

namespace settled::sandbox {

std::shared_ptr<Later> Later::make(boost::asio::io_context& io, const Clock& clock) {
    return std::shared_ptr<Later>(new Later(io, clock));
}

void Later::after(std::chrono::milliseconds wait, std::function<void()> act) {
    if (wait.count() <= 0) {
        act();
        return;
    }
    acts_.emplace(clock_.steady() + wait, std::move(act));
    arm();
}

void Later::stop() {
    acts_.clear();
    timer_.cancel();
}

void Later::arm() {
    if (acts_.empty())
        return;
    timer_.expires_at(acts_.begin()->first);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled)
            self->run_due();
    });
}

// An act may schedule others, so each is taken out before it runs.
void Later::run_due() {
    const Clock::Steady now = clock_.steady();
    while (!acts_.empty() && acts_.begin()->first <= now) {
        const auto act = acts_.extract(acts_.begin());
        act.mapped()();
    }
    arm();
}

} // namespace settled::sandbox
