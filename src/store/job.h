// Job: a unit of work on its way through the store, whatever its result type. Engines see only
// this.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "store/session.h"

#include <memory>
#include <vector>

namespace settled::store {

class Job {
  public:
    explicit Job(Executor executor) : executor_(std::move(executor)) {}
    virtual ~Job() = default;

    // Engine's thread. A job may be started again after abandon(): a group whose commit was spoiled
    // by one member is run again one by one.
    virtual void start(Session& session) = 0;
    virtual bool done() const = 0;
    virtual void abandon() = 0;
    void fail(Error error) {
        abandon();
        error_ = std::move(error);
    }

    // Submitter's thread, once: hands over the result, or the error if there is one.
    virtual void deliver() = 0;

    const Executor& executor() const { return executor_; }

  protected:
    std::optional<Error> error_;

  private:
    Executor executor_;
};

// Hands finished jobs back: one wake-up for each io_context, not one for each job.
void deliver_all(std::vector<std::unique_ptr<Job>> jobs);

} // namespace settled::store
