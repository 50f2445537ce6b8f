// The bank's public keys of a connector: added and removed one by one.
#pragma once

#include "base/error.h"

#include <string>
#include <vector>

namespace settled::api {

// Adds first, so that a change of all keys is one. A key that is there already is not added again.
// `remove` has fingerprints, or 8 and more of their first digits. Fails with not_found: there is none of
// that fingerprint; and with value_invalid: there are several, it is too short, none would be left, or
// there would be too many. Without either, nothing is looked at.
Result<> change_bank_keys(std::vector<std::string>& pems, const std::vector<std::string>& add,
                          const std::vector<std::string>& remove);

} // namespace settled::api
