// Random choices that a seed repeats, on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace settled::bench {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Dice {
  public:
    // The state is the seed mixed, not the seed: else neighbours would walk one sequence, a step
    // apart.
    explicit Dice(std::uint64_t seed) : state_(mixed(seed + 0xD1B54A32D192ED03U)) {}

    std::uint64_t next() { return mixed(state_ += 0x9E3779B97F4A7C15U); }
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
    std::int64_t between(std::int64_t lowest, std::int64_t highest) {
        return lowest +
               static_cast<std::int64_t>(below(static_cast<std::size_t>(highest - lowest) + 1));
    }
    bool chance(unsigned per_mille) { return below(1000) < per_mille; }
    template <class T>
    const T& pick(std::span<const T> items) {
        return items[below(items.size())];
    }
    template <class T, std::size_t n>
    const T& pick(const T (&items)[n]) {
        return items[below(n)];
    }
    std::string text(std::string_view alphabet, std::size_t length) {
        std::string made;
        while (made.size() < length)
            made += alphabet[below(alphabet.size())];
        return made;
    }

  private:
    static std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    std::uint64_t state_;
};

} // namespace settled::bench
