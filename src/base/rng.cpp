#include "base/rng.h"

#include "base/assert.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

namespace settled {

void SystemRng::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            SETTLED_ASSERT(errno == EINTR, "getrandom failed: errno {}", errno);
            continue;
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

void SeededRng::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const std::uint64_t word = engine_();
        const std::size_t count = std::min(out.size(), sizeof word);
        std::memcpy(out.data(), &word, count);
        out = out.subspan(count);
    }
}

} // namespace settled
