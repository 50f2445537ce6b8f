// The rail a payment travels on, and how long it may take there. Banks and providers name schemes
// in their own words; rules are about the rail.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace settled::match {

enum class Rail : std::uint8_t {
    unknown,
    faster_payments,
    bacs,
    chaps,
    sepa,
    sepa_instant,
    swift,
    internal, // both accounts at one institution
};
inline constexpr std::size_t rails = 8;

std::string_view token(Rail rail); // "faster_payments", …
// The rail of a scheme's name as banks ("FasterPayments", "Chaps"), providers
// ("SEPA_CREDIT_TRANSFER") and our API ("fps") write it; unknown for any other word.
Rail rail_of(std::string_view scheme);

} // namespace settled::match
