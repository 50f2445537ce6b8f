// Money in JSON: {"value":"12.34","currency":"GBP"}, as events, evidence and the API show it.
#pragma once

#include "base/money.h"
#include "wire/json_writer.h"

#include <string>
#include <string_view>

namespace settled::wire {

// The digits of a JSON number without its exponent, exactly: "6E+2" is "600", "1.5e-1" is "0.15". What
// is no JSON number, and a number of more than 40 digits then, stays as it is.
std::string plain_decimal(std::string_view number);

void write_money(JsonWriter& w, std::string_view name, const Money& money);

} // namespace settled::wire
