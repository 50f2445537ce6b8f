// POST /v1/links, read into domain::NewLink:
//
//   {"client_id":"optional","connector":"clearbank","core_banking":"mambu",
//    "loan_account_id":"LN-4711","owner_name":"Ann Lee","iban":null}
//
// Errors: those of Reader; characters_not_allowed, iban_invalid. The owner's name may be absent only
// where there is a core banking system to read it from.
#pragma once

#include "base/error.h"
#include "domain/link.h"
#include "wire/json.h"

namespace settled::payloads {

Result<domain::NewLink> read_link(const wire::Json& root);

} // namespace settled::payloads
