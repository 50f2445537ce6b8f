#include "store/job_queue.h"

namespace settled::store {

bool JobQueue::push(std::unique_ptr<Job>& job) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || jobs_.size() >= limits::units_queued_max)
            return false;
        jobs_.push_back(std::move(job));
        wake = jobs_.size() == wake_at_;
    }
    if (wake)
        arrived_.notify_one();
    return true;
}

std::vector<std::unique_ptr<Job>>
JobQueue::take(std::size_t enough, std::chrono::microseconds patience, std::size_t most,
               std::optional<std::chrono::milliseconds> idle_max) {
    std::unique_lock lock(mutex_);
    wake_at_ = 1;
    const auto something = [this] { return !jobs_.empty() || closed_ || nudged_; };
    if (!idle_max)
        arrived_.wait(lock, something);
    else if (!arrived_.wait_for(lock, *idle_max, something))
        return {};
    nudged_ = false;
    if (patience.count() > 0 && !jobs_.empty() && jobs_.size() < enough && !closed_) {
        wake_at_ = enough;
        arrived_.wait_for(lock, patience, [&] { return jobs_.size() >= enough || closed_; });
        wake_at_ = 1;
    }
    std::vector<std::unique_ptr<Job>> taken;
    if (jobs_.size() <= most) {
        taken.swap(jobs_);
        return taken;
    }
    const auto cut = jobs_.begin() + static_cast<std::ptrdiff_t>(most);
    taken.assign(std::make_move_iterator(jobs_.begin()), std::make_move_iterator(cut));
    jobs_.erase(jobs_.begin(), cut);
    // Only the first arrival woke a taker; with several takers the next one must be woken for the
    // rest.
    arrived_.notify_one();
    return taken;
}

void JobQueue::nudge() {
    {
        const std::lock_guard lock(mutex_);
        nudged_ = true;
    }
    arrived_.notify_all();
}

void JobQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    arrived_.notify_all();
}

bool JobQueue::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool JobQueue::drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && jobs_.empty();
}

std::size_t JobQueue::size() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
}

} // namespace settled::store
