// A lane: what one endpoint is owed and this node holds, in memory within bounds. The outbox in the
// store is the truth; a delivery that finds no room is given back there, and the lane remembers
// that there is more.
//
// Plain data and rules, no I/O, one thread.
#pragma once

#include "base/limits.h"
#include "domain/breaker.h"
#include "worker/attempt_places.h"
#include "worker/bounds.h"
#include "worker/carrier.h"
#include "worker/rate_limiter.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <optional>
#include <utility>

namespace settled::worker {

class Lane {
  public:
    // Takes a delivery that this node holds. False: there is no room.
    bool offer(Delivery delivery) {
        if (waiting_.size() >= limits::deliveries_queued_per_endpoint_max) {
            more_in_store_ = true;
            return false;
        }
        waiting_.push_back(std::move(delivery));
        return true;
    }

    bool may_start(std::size_t places) const {
        return !waiting_.empty() && in_flight_ < places && recording_ < recording_max;
    }
    // The next delivery to be attempted now, if one may be. `places`: how many attempts at a time
    // this node may have under way.
    std::optional<Delivery> next(std::size_t places) {
        if (!may_start(places))
            return std::nullopt;
        Delivery delivery = std::move(waiting_.front());
        waiting_.pop_front();
        ++in_flight_;
        return delivery;
    }
    // It was not attempted after all.
    void passed_over() { --in_flight_; }
    // A probe of an endpoint that is held back is under way; it ends as other attempts do.
    void begin_probe() { ++in_flight_; }
    // An attempt is over that took so long: its place is free, its result is being recorded.
    void attempted(std::chrono::microseconds took) {
        --in_flight_;
        ++recording_;
        pace_ = took < bounds::quick_attempt_max ? Pace::quick : Pace::slow;
    }
    Pace pace() const { return pace_; }
    // It waits for one of the places that all lanes share.
    bool is_in_line() const { return in_line_; }
    void set_in_line(bool in_line) { in_line_ = in_line; }
    // The result is recorded, or could not be.
    void finished() { --recording_; }
    // All that waits, to be given back.
    std::list<Delivery> empty_out() {
        more_in_store_ = more_in_store_ || !waiting_.empty();
        return std::exchange(waiting_, {});
    }

    // What waits beyond the first `most`, if there was such at the last two calls: a burst is
    // worked off, but what stays is for workers who are free.
    std::list<Delivery> trim(std::size_t most) {
        const bool was_over = std::exchange(over_, waiting_.size() > most);
        std::list<Delivery> rest;
        if (!was_over || !over_)
            return rest;
        more_in_store_ = true;
        const auto cut = std::next(waiting_.begin(), static_cast<std::ptrdiff_t>(most));
        rest.splice(rest.end(), waiting_, cut, waiting_.end());
        return rest;
    }

    // A task of this lane is due at that time and held by no worker.
    void expect(Instant due) {
        if (!next_read_ || due < *next_read_)
            next_read_ = due;
    }
    // Tasks are left in the store that would have been held.
    void expect_more() { more_in_store_ = true; }
    // True when more should be claimed: for room that became free, or for a time that has come.
    // `ahead`: how many deliveries may be held at a time.
    bool wants_reading(Instant now, std::size_t ahead) const {
        const bool has_room = waiting_.size() < (ahead + 1) / 2;
        return !reading_ && has_room && (more_in_store_ || (next_read_ && *next_read_ <= now));
    }
    // Something may be due in the store.
    bool expects_work(Instant now) const {
        return more_in_store_ || (next_read_ && *next_read_ <= now);
    }
    // Until something comes, or is due, there is nothing to see to.
    bool is_at_rest(Instant now) const {
        return waiting_.empty() && !expects_work(now) && !blocked_ && !closed_ &&
               quiet_until_ <= now;
    }
    // Nothing is due there now.
    void expect_none() {
        more_in_store_ = false;
        next_read_.reset();
    }
    void begin_reading() {
        reading_ = true;
        more_in_store_ = false;
        next_read_.reset();
    }
    // After what was claimed has been offered.
    void end_reading(bool more) {
        reading_ = false;
        more_in_store_ = more_in_store_ || more;
    }

    // Nothing is sent now, and nothing held: the endpoint is held back, or asked for silence.
    bool is_blocked() const { return blocked_; }
    void set_blocked(bool blocked) { blocked_ = blocked; }
    // Until then the partner asked for silence, as this node has learnt; the endpoint's state says
    // so as well once it is loaded again.
    Instant quiet_until() const { return quiet_until_; }
    void keep_quiet_until(Instant until) { quiet_until_ = until; }
    // A probe is being claimed, made or recorded.
    bool is_probing() const { return probing_; }
    void begin_probing() { probing_ = true; }
    // `stated`: when the next one is due by the endpoint's cached state, which this node's own
    // probes do not change.
    void end_probing(Instant next, Instant stated) {
        probing_ = false;
        probe_at_ = next;
        probe_stated_ = stated;
    }
    // When the next probe may be made: what this node knows, unless another state was loaded since.
    Instant probe_at(Instant stated) const {
        return stated == probe_stated_ ? std::max(probe_at_, stated) : stated;
    }
    // The partner is being asked for its consent; or: it is not asked before.
    bool is_asking() const { return asking_; }
    Instant ask_at() const { return ask_at_; }
    void begin_asking() { asking_ = true; }
    void end_asking(Instant next) {
        asking_ = false;
        ask_at_ = next;
    }
    // Whether the result of an attempt says anything new of how the endpoint fares.
    bool is_news(bool is_success, Instant now) const {
        return !is_success || unwell_ || now - noted_at_ >= domain::success_note_age;
    }
    void noted(bool is_success, Instant now) {
        unwell_ = !is_success;
        noted_at_ = now;
    }

    // The partner asked for less: half as many at a time, and more again after some successes.
    void slow_down() {
        cut_ = std::min(cut_ + 1, cut_max);
        successes_ = 0;
    }
    void went_well() {
        if (cut_ > 0 && ++successes_ >= successes_per_step) {
            --cut_;
            successes_ = 0;
        }
    }
    std::size_t within(std::size_t places) const {
        return places == 0 ? 0 : std::max<std::size_t>(places >> cut_, 1);
    }
    RateLimiter& rate() { return rate_; }

    std::size_t waiting() const { return waiting_.size(); }
    std::size_t in_flight() const { return in_flight_; }
    std::optional<Instant> next_read() const { return next_read_; }
    bool is_closed() const { return closed_; }
    void set_closed(bool closed) { closed_ = closed; }

  private:
    // Attempts whose results wait for the store: bounds memory while the store is slow.
    static constexpr std::size_t recording_max = 1024;
    static constexpr unsigned cut_max = 4; // a sixteenth
    static constexpr int successes_per_step = 10;

    std::list<Delivery> waiting_; // takes no memory while nothing waits, unlike a deque
    std::size_t in_flight_ = 0;
    std::size_t recording_ = 0;
    bool more_in_store_ = true; // unknown at first, so: look
    bool reading_ = false;
    bool over_ = false;
    bool in_line_ = false;
    Pace pace_ = Pace::slow; // until an attempt has shown otherwise
    bool closed_ = false;    // this node's commits do not fill it (claims.h)
    std::optional<Instant> next_read_;
    bool blocked_ = false;
    bool probing_ = false;
    bool asking_ = false;
    bool unwell_ = true; // unknown at first, so: note it
    Instant quiet_until_, probe_at_, probe_stated_, ask_at_, noted_at_;
    unsigned cut_ = 0;
    int successes_ = 0;
    RateLimiter rate_;
};

} // namespace settled::worker
