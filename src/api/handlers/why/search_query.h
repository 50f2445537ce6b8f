// What a person searches for, in every form that it may be meant as. Pure.
#pragma once

#include "base/error.h"
#include "base/money.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::api {

inline constexpr std::size_t search_chars_min = 3;
inline constexpr std::size_t search_bytes_max = 256;
// Of a reference, so many characters are looked for as its beginning.
inline constexpr std::size_t search_reference_min = 4;

// So many minor units of every currency with that many decimals, or of one currency.
struct SoughtAmount {
    std::int64_t minor = 0;
    int exponent = 0;
    std::optional<Currency> currency;

    bool fits(const Currency& other) const {
        return currency ? *currency == other : other.exponent() == exponent;
    }
};

// An empty member: the text is none of that kind.
struct SearchQuery {
    std::string text;          // without space around it
    std::string lower;         // in small letters
    std::string end_to_end_id; // canonical
    std::string account;       // account_key()
    std::vector<SoughtAmount> amounts;
    std::string reference;          // canonical
    std::vector<std::string> words; // of a name
};

// account_key() of an IBAN or sort code and number, in any spelling; empty: it is none.
std::string account_sought(std::string_view text);
// "12.34", "£12.34", "12.34 GBP"; none: it is no amount.
std::vector<SoughtAmount> sought_amounts(std::string_view text);

// Fails with value_invalid: it has fewer than three characters.
Result<SearchQuery> read_search_query(std::string_view text);

} // namespace settled::api
