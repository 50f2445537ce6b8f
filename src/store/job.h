// Job: a unit of work on its way through the store, whatever its result type. Engines see only
// this.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "store/session.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace settled::store {

// Foreground: a caller waits for the unit. Background: it is a step of a long task (job_queue.h).
enum class Priority : std::uint8_t { foreground, background };

// How a job is submitted: where its result goes, and how soon it is run.
struct Submission {
    Executor executor;
    Priority priority = Priority::foreground;
};

class Job {
  public:
    explicit Job(Submission as) : as_(std::move(as)) {}
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

    const Executor& executor() const { return as_.executor; }
    Priority priority() const { return as_.priority; }

  protected:
    std::optional<Error> error_;

  private:
    Submission as_;
};

// Hands finished jobs back: one wake-up for each io_context, not one for each job.
void deliver_all(std::vector<std::unique_ptr<Job>> jobs);

} // namespace settled::store
