#include "base/assert.h"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace settled {

void assert_failed(const char* condition, const char* file, int line, std::string_view message) {
    std::fprintf(stderr, "settled: assertion failed: %s (%s:%d): %.*s\n", condition, file, line,
                 static_cast<int>(message.size()), message.data());
    std::array<void*, 64> frames{};
    const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
    std::abort();
}

} // namespace settled
