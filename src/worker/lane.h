// A lane: what one endpoint is owed, held in memory within bounds. The outbox in the store is the
// truth; a lane that has no room for a delivery remembers only that there is more to be read.
//
// Plain data and rules, no I/O, one thread.
#pragma once

#include "base/limits.h"
#include "worker/carrier.h"

#include <deque>
#include <optional>
#include <set>

namespace settled::worker {

class Lane {
  public:
    // Takes a delivery that is due. One that is held already, or finds no room, is not taken.
    void offer(Delivery delivery) {
        if (held_.contains(delivery.task) || finished_meanwhile_.contains(delivery.task))
            return;
        if (waiting_.size() >= limits::deliveries_queued_per_endpoint_max) {
            more_in_store_ = true;
            return;
        }
        held_.insert(delivery.task);
        waiting_.push_back(std::move(delivery));
    }

    // The next delivery to be attempted now, if one may be.
    std::optional<Delivery> next() {
        if (waiting_.empty() || in_flight_ >= limits::deliveries_in_flight_per_endpoint_max ||
            recording_ >= recording_max)
            return std::nullopt;
        Delivery delivery = std::move(waiting_.front());
        waiting_.pop_front();
        ++in_flight_;
        return delivery;
    }
    // An attempt is over: its place is free, its result is being recorded.
    void attempted() {
        --in_flight_;
        ++recording_;
    }
    // The result is recorded, or could not be.
    void finished(TaskId task) {
        --recording_;
        held_.erase(task);
        if (reading_)
            finished_meanwhile_.insert(task);
    }

    // Something of this lane is due at that time and not in memory.
    void expect(Instant due) {
        if (!next_read_ || due < *next_read_)
            next_read_ = due;
    }
    // True when the store should be read: for room that became free, or for a time that has come.
    bool wants_reading(Instant now) const {
        if (reading_)
            return false;
        const bool has_room = waiting_.size() < limits::deliveries_queued_per_endpoint_max / 2;
        return (more_in_store_ && has_room) || (next_read_ && *next_read_ <= now);
    }
    void begin_reading() {
        reading_ = true;
        more_in_store_ = false;
        next_read_.reset();
    }
    // After what was read has been offered.
    void end_reading(bool more) {
        reading_ = false;
        finished_meanwhile_.clear();
        more_in_store_ = more_in_store_ || more;
    }

    std::size_t waiting() const { return waiting_.size(); }
    std::size_t in_flight() const { return in_flight_; }
    std::optional<Instant> next_read() const { return next_read_; }

  private:
    // Attempts whose results wait for the store: bounds memory while the store is slow.
    static constexpr std::size_t recording_max = 1024;

    std::deque<Delivery> waiting_;
    std::set<TaskId> held_; // waiting, in flight or being recorded
    // What ended while the store was being read: the snapshot may still show it as due.
    std::set<TaskId> finished_meanwhile_;
    std::size_t in_flight_ = 0;
    std::size_t recording_ = 0;
    bool more_in_store_ = true; // unknown at first, so: look
    bool reading_ = false;
    std::optional<Instant> next_read_;
};

} // namespace settled::worker
