// POST /v1/returns, read into domain::NewReturn:
//
//   {"client_id":"optional","settlement_id":"stl_…","reason":"account_closed"}
//
// Errors: those of Reader.
#pragma once

#include "base/error.h"
#include "domain/money_return.h"
#include "wire/json.h"

namespace settled::payloads {

Result<domain::NewReturn> read_return(const wire::Json& root);

} // namespace settled::payloads
