#include "net/deadline.h"

#include "base/assert.h"

#include <algorithm>

namespace settled::net {

namespace {

// Two looks are at least this far apart, so that thousands of deadlines in a row cost few looks.
constexpr auto look_gap = std::chrono::milliseconds(2);

} // namespace

void Deadlines::add(Watched& watched) {
    watched.place_ = all_.size();
    all_.push_back(&watched);
}

void Deadlines::remove(Watched& watched) {
    SETTLED_ASSERT(watched.place_ < all_.size() && all_[watched.place_] == &watched,
                   "a deadline is removed that was not added");
    all_[watched.place_] = all_.back();
    all_[watched.place_]->place_ = watched.place_;
    all_.pop_back();
    watched.at_ = TimePoint::max();
    // A pending timer would keep io_context::run() from returning.
    if (all_.empty() && wake_ != TimePoint::max()) {
        wake_ = TimePoint::max();
        timer_.cancel();
    }
}

void Deadlines::arm(TimePoint at) {
    wake_ = at;
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self) {
            self->look();
        }
    });
}

void Deadlines::look() {
    const TimePoint now = std::chrono::steady_clock::now();
    wake_ = TimePoint::max();
    std::vector<Watched*> late;
    TimePoint next = TimePoint::max();
    for (Watched* watched : all_) {
        if (watched->at_ <= now) {
            watched->at_ = TimePoint::max();
            late.push_back(watched);
        } else {
            next = std::min(next, watched->at_);
        }
    }
    // expired() may remove its own entry, so the list is not walked meanwhile.
    for (Watched* watched : late) {
        watched->expired();
    }
    if (!all_.empty() && next < wake_) {
        arm(std::max(next, now + look_gap));
    }
}

} // namespace settled::net
