// Facts about the installation itself, the same for all nodes.
#pragma once

#include "base/bytes.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// Under which ids that we give to other systems are derived; never changed.
inline constexpr std::string_view installation_derived_id_key = "derived_id_key";
inline constexpr std::string_view installation_master_key_check = "master_key_check";

Step<std::optional<Bytes>> find_installation_value(Session& s, std::string_view name);
// Stores the value unless there is one; returns the value that is stored from now on.
Step<Bytes> keep_installation_value(Session& s, std::string_view name, Bytes value);
// Stores the value in the place of an earlier one.
Step<> set_installation_value(Session& s, std::string name, Bytes value);

struct InstallationValue {
    std::string name;
    Bytes value;
};
// The entries whose names begin with `prefix`, by name.
Step<std::vector<InstallationValue>> installation_values_under(Session& s, std::string prefix);

} // namespace settled::store
