// Tasks that this node holds and will not attempt, on their way back to the store, where any worker
// can claim them. What could not be written is tried again.
//
// Threads: one io_context.
#pragma once

#include "base/task.h"
#include "store/queries/tasks.h"
#include "store/store.h"

#include <boost/asio/io_context.hpp>

#include <vector>

namespace settled::worker {

class GiveBack {
  public:
    struct Held {
        TenantId tenant;
        TaskId task;
        store::Claim claim;
    };

    GiveBack(boost::asio::io_context& io, store::Store& store) : io_(io), store_(store) {}

    void add(const Held& held) { held_.push_back(held); }
    // Begins to write, unless it is doing so.
    void flush();
    bool empty() const { return held_.empty() && !is_writing_; }

  private:
    Task<> write_all();

    boost::asio::io_context& io_;
    store::Store& store_;
    std::vector<Held> held_;
    bool is_writing_ = false;
};

} // namespace settled::worker
