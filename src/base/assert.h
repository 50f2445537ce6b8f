// SETTLED_ASSERT stays on in release builds: a server that moves money stops rather than go on from
// a state that should not exist. It says what was expected, prints a backtrace and aborts. Use it
// for what cannot happen; what can happen is a Result.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace settled {

[[noreturn]] void assert_failed(const char* condition, const char* file, int line,
                                std::string_view message);

} // namespace settled

#define SETTLED_ASSERT(condition, ...)                                                             \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            ::settled::assert_failed(#condition, __FILE__, __LINE__, ::fmt::format(__VA_ARGS__));  \
        }                                                                                          \
    } while (false)
