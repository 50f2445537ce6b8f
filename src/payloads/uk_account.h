// UK accounts that money is paid from or to, more strictly than accounts that are compared: what is
// sent must be right as it stands.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::payloads {

// As parse_iban(), and of a UK account. Fails with iban_invalid.
Result<std::string> parse_gb_iban(std::string_view text);

// Eight digits as they stand: banks that have shorter numbers pad them each in its own way. Fails
// with value_invalid.
Result<std::string> parse_whole_account_number(std::string_view text);

// The name of an account's owner as the bank takes it: 1 to 140 characters, no control characters
// and none of | _ [ ] < > ^ ` ~ \ $. Source: ClearBank OpenAPI file "sterling v2". Fails with
// value_invalid, characters_not_allowed.
Result<std::string> parse_owner_name(std::string_view text);

} // namespace settled::payloads
