// Releases webhooks whose retention is over, in the background and in small bites, so that intake
// never waits behind it. Run once in the process.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "intake/source_book.h"
#include "store/store.h"

namespace settled::intake {

class Retention {
  public:
    Retention(store::Store& store, const SourceBook& sources, const Clock& clock)
        : store_(store), sources_(sources), clock_(clock) {}

    // Releases everything that is due now; returns how many webhooks went.
    Task<Result<std::int64_t>> run_once();

  private:
    store::Store& store_;
    const SourceBook& sources_;
    const Clock& clock_;
};

} // namespace settled::intake
