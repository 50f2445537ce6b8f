#include "store/job_queue.h"

namespace settled::store {

bool JobQueue::push(std::unique_ptr<Job>& job) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || waiting() >= limits::units_queued_max)
            return false;
        if (job->priority() == Priority::background) {
            background_.push_back(std::move(job));
            wake = background_.size() == 1;
        } else {
            foreground_.push_back(std::move(job));
            wake = foreground_.size() == wake_at_;
        }
    }
    if (wake)
        arrived_.notify_one();
    return true;
}

bool JobQueue::is_background_next() const {
    return !background_.empty() &&
           (foreground_.empty() || passed_over_ >= background_passed_over_max);
}

JobQueue::Jobs JobQueue::take_background() {
    Jobs taken;
    taken.push_back(std::move(background_.front()));
    background_.pop_front();
    passed_over_ = 0;
    return taken;
}

JobQueue::Jobs JobQueue::take_foreground(std::size_t most) {
    if (!background_.empty())
        ++passed_over_;
    Jobs taken;
    if (foreground_.size() <= most) {
        taken.swap(foreground_);
        return taken;
    }
    const auto cut = foreground_.begin() + static_cast<std::ptrdiff_t>(most);
    taken.assign(std::make_move_iterator(foreground_.begin()), std::make_move_iterator(cut));
    foreground_.erase(foreground_.begin(), cut);
    return taken;
}

JobQueue::Jobs JobQueue::take(std::size_t enough, std::chrono::microseconds patience,
                              std::size_t most, std::optional<std::chrono::milliseconds> idle_max) {
    std::unique_lock lock(mutex_);
    wake_at_ = 1;
    const auto something = [this] { return waiting() > 0 || closed_ || nudged_; };
    if (!idle_max)
        arrived_.wait(lock, something);
    else if (!arrived_.wait_for(lock, *idle_max, something))
        return {};
    nudged_ = false;
    const bool is_few = !foreground_.empty() && foreground_.size() < enough;
    if (patience.count() > 0 && is_few && !is_background_next() && !closed_) {
        wake_at_ = enough;
        arrived_.wait_for(lock, patience, [&] { return foreground_.size() >= enough || closed_; });
        wake_at_ = 1;
    }
    Jobs taken = is_background_next() ? take_background() : take_foreground(most);
    // Only the first arrival woke a taker; with several takers the next one must be woken for the
    // rest.
    if (waiting() > 0)
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
    return closed_ && waiting() == 0;
}

std::size_t JobQueue::size() const {
    const std::lock_guard lock(mutex_);
    return waiting();
}

} // namespace settled::store
