// What a client should know of a reference before its payment is on the way. Warnings, never
// refusals: the payment may be under way already.
#pragma once

#include "learn/names.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::learn {

// Codes are stable: clients act on them.
enum class Warning : std::uint8_t {
    reference_is_sentinel,         // it says "nothing", like NOTPROVIDED, and is not compared
    reference_too_short,           // less than what a cut reference is recognised by
    reference_too_long_for_scheme, // the scheme does not carry all of it
    reference_outside_charset,     // it has characters that the scheme does not carry
    reference_cut_collides, // where this institution or scheme cuts, it equals that of another open
                            // payment
    reference_repeats,      // it equals that of another open payment
    scheme_unknown,         // its scheme is none that we know: no rule about it can be kept
};
std::string_view token(Warning warning); // the enumerator's name

struct Reference {
    std::string_view text;
    std::string_view scheme;               // scheme_of(); may be empty
    std::optional<std::size_t> length_max; // of the institution, learnt or seeded
};

// What is left of it where it is cut; the whole when no cut is known. Canonical.
std::string what_is_left(const Reference& reference);
// Where it is cut, in characters, by the institution or the scheme; nullopt: not known to be.
std::optional<std::size_t> cut_of(const Reference& reference);

// `others`: references, as written, of open payments to the same account over the same amount.
std::vector<Warning> warnings_for(const Reference& reference, std::span<const std::string> others);

} // namespace settled::learn
