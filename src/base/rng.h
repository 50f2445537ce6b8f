// Randomness through an interface, so that a run can be repeated from a seed.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace settled {

// Thread-safe.
class Rng {
  public:
    virtual ~Rng() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    std::uint64_t next() {
        std::uint64_t value = 0;
        fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
        return value;
    }
    // Uniform in [0, bound), bound > 0; the bias of the remainder is below 2^-32 for the bounds
    // used here.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

// getrandom(2).
class SystemRng final : public Rng {
  public:
    void fill(std::span<std::uint8_t> out) override;
};

// For tests and simulation: the same seed gives the same bytes. Not thread-safe.
class SeededRng final : public Rng {
  public:
    explicit SeededRng(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::uint8_t> out) override;

  private:
    std::mt19937_64 engine_;
};

} // namespace settled
