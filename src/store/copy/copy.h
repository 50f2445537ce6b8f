// Copies a whole store into an empty one, of the same engine or another.
//
// The source is read in the order of its keys and written page by page, each page with the note of
// how far it came (copy_state.h) in one transaction: a copy that is interrupted, or whose process
// is killed, goes on where it was, and no row is written twice. In the end both sides are read and
// compared: rows, sums and every value. Until then a server refuses the target.
//
// The source must not change. On an engine of one process, having opened it is enough. On a shared
// one no node may have a place when the copy begins, and the source's content must be the same in
// the end. A copy that is continued checks that the source's content is what it was at the start.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace settled::store {

enum class CopyPhase : std::uint8_t { reading, copying, verifying };

struct CopyProgress {
    CopyPhase phase = CopyPhase::reading;
    std::string_view table;
    std::uint64_t done = 0;  // rows of this phase
    std::uint64_t total = 0; // 0: not known yet
};
// Called after each page. False: stop; the copy fails with shutting_down and may be continued.
using CopyListener = std::function<bool(const CopyProgress&)>;

struct CopyReport {
    struct Table {
        std::string name;
        std::uint64_t rows = 0;
    };
    std::vector<Table> tables;                               // as verified on both sides
    std::uint64_t payments_minor = 0, settlements_minor = 0; // sums of all currencies, to compare
    bool was_resumed = false;
};

// Fails with store_locked (nodes use the source), copy_target_taken, copy_differs, and errors of
// the stores.
Task<Result<CopyReport>> copy_store(Store& from, Store& to, Instant now, CopyListener listener);

// Fails with copy_unfinished when the store is the target of a copy that has not ended.
Task<Result<>> refuse_unfinished_copy(Store& store);

} // namespace settled::store
