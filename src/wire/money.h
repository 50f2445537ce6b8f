// Money in JSON: {"value":"12.34","currency":"GBP"}, as events, evidence and the API show it.
#pragma once

#include "base/money.h"
#include "wire/json_writer.h"

#include <string_view>

namespace settled::wire {

void write_money(JsonWriter& w, std::string_view name, const Money& money);

} // namespace settled::wire
