// Where a machine's cores are not equally fast at every moment, only what ran on the same one can
// be compared.
#pragma once

#include <sched.h>

namespace settled::bench {

// For as long as it lives, all threads that the process has now run on one core.
class OnOneCore {
  public:
    OnOneCore();
    ~OnOneCore();
    OnOneCore(const OnOneCore&) = delete;
    OnOneCore& operator=(const OnOneCore&) = delete;

  private:
    cpu_set_t before_{};
};

} // namespace settled::bench
