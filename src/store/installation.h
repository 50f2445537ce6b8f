// What an installation knows of itself, whichever node asks.
#pragma once

#include "base/bytes.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string_view>

namespace settled::store {

inline constexpr std::string_view installation_master_key_check = "master_key_check";

Step<std::optional<Bytes>> find_installation_value(Session& s, std::string_view name);
// The value that stands there from now on: this one, or an earlier one.
Step<Bytes> keep_installation_value(Session& s, std::string_view name, Bytes value);

} // namespace settled::store
