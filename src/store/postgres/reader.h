// A thread that runs read-only units, each on a snapshot, on a connection of its own. One at a
// time: a short one does not wait for the long ones that came with it.
#pragma once

#include "store/job_queue.h"
#include "store/postgres/transaction.h"

#include <thread>

namespace settled::store::postgres {

class Reader {
  public:
    // Both outlive it. It connects when the first unit comes.
    Reader(const ConnectionInfo& info, JobQueue& queue);
    // The queue must be closed first.
    ~Reader();

  private:
    void loop();
    void serve(std::vector<Member>& unit);
    Attempt<> run_once(std::vector<Member>& unit);

    const ConnectionInfo& info_;
    JobQueue& queue_;
    std::unique_ptr<Connection> connection_;
    std::thread thread_; // last: starts when all else is there
};

} // namespace settled::store::postgres
