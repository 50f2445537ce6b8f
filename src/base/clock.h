// Time as the program sees it. All of it comes through Clock so that a run can be repeated: nothing
// in match/, flow/, units/, worker/ or intake/ asks the system.
//
// now() is for what is stored and for what waits in the store; in a server it never runs backwards
// (base/rising_clock.h). wall() is what the machine's clock says, for what others judge by theirs:
// signatures, tokens, HTTP dates. steady() is for deadlines and back-off.
#pragma once

#include <chrono>
#include <cstdint>

namespace settled {

// Microseconds since 1970-01-01T00:00:00Z, the one form of an instant in memory and in the store.
struct Instant {
    std::int64_t us = 0;

    friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
    friend constexpr Instant operator+(Instant at, std::chrono::microseconds by) {
        return {at.us + by.count()};
    }
    friend constexpr Instant operator-(Instant at, std::chrono::microseconds by) {
        return {at.us - by.count()};
    }
    friend constexpr std::chrono::microseconds operator-(Instant a, Instant b) {
        return std::chrono::microseconds(a.us - b.us);
    }
};

// Thread-safe: every method may be called from any thread.
class Clock {
  public:
    using Steady = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    virtual Instant wall() const { return now(); }
    virtual Steady steady() const = 0;
};

class SystemClock final : public Clock {
  public:
    Instant now() const override {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
    }
    Steady steady() const override { return std::chrono::steady_clock::now(); }
};

} // namespace settled
