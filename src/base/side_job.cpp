#include "base/side_job.h"

#include <sys/resource.h>

#include <utility>

namespace settled {

namespace {

constexpr int nice_of_jobs = 10;

} // namespace

SideJob::SideJob(std::function<void(std::stop_token)> work)
    : thread_([this, work = std::move(work)](const std::stop_token& stop) {
          ::setpriority(PRIO_PROCESS, 0, nice_of_jobs); // of this thread alone, on Linux
          work(stop);
          done_.store(true, std::memory_order_release);
      }) {}

SideJob::~SideJob() = default;

} // namespace settled
