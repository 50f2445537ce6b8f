#include "bench/support/one_core.h"

#include "base/assert.h"

#include <filesystem>
#include <string>

namespace settled::bench {

namespace {

void run_all_threads_on(const cpu_set_t& cores) {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
        ::sched_setaffinity(std::stoi(thread.path().filename().string()), sizeof cores, &cores);
}

} // namespace

OnOneCore::OnOneCore() {
    SETTLED_ASSERT(::sched_getaffinity(0, sizeof before_, &before_) == 0, "it runs on some cores");
    int first = 0;
    while (CPU_ISSET(first, &before_) == 0)
        ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    run_all_threads_on(one);
}

OnOneCore::~OnOneCore() {
    run_all_threads_on(before_);
}

} // namespace settled::bench
