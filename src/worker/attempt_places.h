// How many attempts may be under way in all, shared so that partners who hang cannot keep the
// others waiting.
//
// A lane is quick when its last attempt ended soon, whatever came of it, and slow until then. Slow
// lanes together have half of the places; once they fill half of that, each has one at most. Quick
// lanes may use every place. So a thousand partners who let us wait cost those who answer nothing.
//
// Plain rules, one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace settled::worker {

enum class Pace : std::uint8_t { slow, quick };

class AttemptPlaces {
  public:
    explicit AttemptPlaces(std::size_t all_max) : all_max_(all_max) {}

    // `of_lane`: places that the lane has already.
    bool has_place(Pace pace, std::size_t of_lane) const {
        if (all_ >= all_max_)
            return false;
        if (pace == Pace::quick)
            return true;
        const bool is_crowded = slow_ >= all_max_ / 4;
        return slow_ < all_max_ / 2 && (of_lane == 0 || !is_crowded);
    }
    // The lane may have more places when another lane gives one back; if not, it must give one back
    // itself first.
    bool waits_for_others(std::size_t of_lane) const { return of_lane == 0 || all_ >= all_max_; }
    void take(Pace pace) {
        ++all_;
        slow_ += pace == Pace::slow ? 1 : 0;
    }
    void give_back(Pace pace) {
        --all_;
        slow_ -= pace == Pace::slow ? 1 : 0;
    }
    std::size_t taken() const { return all_; }

  private:
    std::size_t all_max_;
    std::size_t all_ = 0;
    std::size_t slow_ = 0;
};

} // namespace settled::worker
