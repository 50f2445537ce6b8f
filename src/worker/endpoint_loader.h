// Keeps the endpoints in memory as the store has them: reads all of them at start, and after a change
// of one endpoint this one only, so that the cost of a change does not grow with the number of endpoints.
//
// Guarantee: when load_one() has returned, the book is at least as new as the store was when it was
// called; readings that overtake each other leave the later one's result. A reading that fails is
// logged, the book stays as it is, and the next change of any endpoint reads all of them.
//
// Threads: any; each call resumes on its caller's executor.
#pragma once

#include "base/id.h"
#include "base/task.h"
#include "store/store.h"
#include "worker/endpoint_cache.h"

#include <atomic>

namespace settled::worker {

class EndpointLoader {
  public:
    // Both outlive it.
    EndpointLoader(store::Store& store, EndpointCache& book) : store_(store), book_(book) {}

    Task<> load_all();
    Task<> load_one(TenantId tenant, EndpointId id);

  private:
    void note_unreadable(const Error& error);

    store::Store& store_;
    EndpointCache& book_;
    std::atomic<bool> is_behind_{false}; // a reading failed since all were read
};

} // namespace settled::worker
