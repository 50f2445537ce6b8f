// Releases webhooks whose retention is over, stored answers of requests that are not repeated any
// more, and figures of minutes and hours that lie too far back: in the background, in bites between which others have the writer (store/bite.h), so
// that intake never waits for it. Run once in the process.
//
// Threads: one.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "intake/connector_cache.h"
#include "store/bite.h"
#include "store/store.h"

namespace settled::worker {

class Retention {
  public:
    Retention(store::Store& store, const intake::ConnectorCache& connectors, const Clock& clock)
        : store_(store), connectors_(connectors), clock_(clock) {}

    // Releases everything that is due now, unless it is stopped; returns how many webhooks went.
    Task<Result<std::int64_t>> run_once();
    // The bite that is under way is the last.
    void stop() { stopped_ = true; }

  private:
    // Bite after bite until there is no more; returns how many rows went.
    template <class Take>
    Task<Result<std::int64_t>> take_all(Take take);

    store::Store& store_;
    const intake::ConnectorCache& connectors_;
    const Clock& clock_;
    store::Appetite appetite_;
    bool stopped_ = false;
};

} // namespace settled::worker
