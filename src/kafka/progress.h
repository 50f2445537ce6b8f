// How far a partition has been processed. Records begin in the order of their offsets and end in
// any order; what may be committed is the offset below which all have ended.
//
// Plain data, no I/O, one thread.
#pragma once

#include "base/assert.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

namespace settled::kafka {

class Progress {
  public:
    // False: the log went back (it was cut, or its offsets were set), so the progress known here is
    // void.
    bool begin(std::int64_t offset) {
        if (offset < next_)
            return false;
        records_.push_back({offset, false});
        next_ = offset + 1;
        return true;
    }
    // The offset to be committed, when it has moved.
    std::optional<std::int64_t> end(std::int64_t offset) {
        const auto record = std::ranges::lower_bound(records_, offset, {}, &Record::offset);
        SETTLED_ASSERT(record != records_.end() && record->offset == offset,
                       "a record ends once, after it began");
        record->ended = true;
        if (!records_.front().ended)
            return std::nullopt;
        while (!records_.empty() && records_.front().ended)
            records_.pop_front();
        return records_.empty() ? next_ : records_.front().offset;
    }
    bool idle() const { return records_.empty(); }
    // The offset of the next record that was not dealt with; nullopt before the first.
    std::optional<std::int64_t> position() const {
        if (!records_.empty())
            return records_.front().offset;
        return next_ == 0 ? std::nullopt : std::optional(next_);
    }

  private:
    struct Record {
        std::int64_t offset;
        bool ended;
    };
    std::deque<Record> records_; // in the order of their offsets; the first has not ended
    std::int64_t next_ = 0;      // above the highest that began
};

} // namespace settled::kafka
