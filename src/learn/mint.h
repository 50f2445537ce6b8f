// References that survive: made so that they still distinguish payments whatever a bank is likely
// to do to them.
//
// Only capitals and digits, which every scheme carries and no canonical form changes; no letter
// that looks like another (Crockford's base 32); random from 50 bits up, of which the first ten
// characters hold at least 30; short enough for the scheme. The first ten are what must be unique
// among what is open on an account: most cuts leave them (by calculation, at a million open payments
// ten random characters give 0.0004 pairs that agree, eight give one in two runs).
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "learn/names.h"

#include <string>
#include <string_view>

namespace settled::learn {

inline constexpr std::size_t head_chars = 10;
inline constexpr std::size_t stem_chars_max = 4;
inline constexpr std::size_t minted_chars_min = head_chars;
inline constexpr std::size_t minted_chars_default = 12;

struct ReferenceFormat {
    std::string stem;
    std::size_t length = minted_chars_default;
    std::size_t random_chars() const { return length - stem.size(); }
};

// `stem`: up to four letters and digits that each reference begins with. `length` 0: the default.
// Fails with value_invalid, also when the scheme is not known here: what it would carry is not.
Result<ReferenceFormat> reference_format(std::string_view scheme, std::string_view stem,
                                         std::size_t length);

// One byte of randomness for each random character. A result that canonical form would take for
// nothing (one character repeated) is as good as impossible, and is refused by is_usable().
std::string make_reference(const ReferenceFormat& mold, BytesView random);
bool is_usable(std::string_view reference);

// The part of a canonical reference that must be unique.
std::string_view head_of(std::string_view canonical);

} // namespace settled::learn
