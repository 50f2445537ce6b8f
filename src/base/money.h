// Money: a signed 64-bit count of minor units and an ISO 4217 currency, from socket to disk.
//
// Invariants: no floating point anywhere; the exponent (0 for JPY, 2 for GBP, 3 for KWD) comes from
// the currency's row, and digits beyond it are refused, never rounded; arithmetic that would
// overflow or mix currencies is an assertion failure, since callers check first. Source: ISO 4217
// list one.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled {

class Currency {
  public:
    constexpr Currency() = default;
    // Three upper-case letters of a currency with minor units; XAU, XXX and the like are refused.
    static Result<Currency> parse(std::string_view code);

    std::string_view code() const { return {code_, 3}; }
    int exponent() const { return exponent_; }
    friend bool operator==(const Currency&, const Currency&) = default;

  private:
    char code_[4] = {'X', 'X', 'X', 0};
    std::int8_t exponent_ = 0;
};

struct Money {
    std::int64_t minor = 0;
    Currency currency;

    friend bool operator==(const Money&, const Money&) = default;
};

// Decimal text in major units ("12.34", "12", "-0.5") to minor units. Refused with amount_invalid:
// an exponent, more decimals than the currency has (trailing zeros beyond it are allowed:
// "12.3400"), a bare point, leading '+', more than 18 digits.
Result<Money> parse_money(std::string_view decimal, Currency currency);

// The same in text: "12.34" for 1234 GBP, "1234" for 1234 JPY. Inverse of parse_money.
std::string decimal(Money money);

} // namespace settled
