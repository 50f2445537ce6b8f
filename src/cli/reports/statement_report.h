// A statement and its reconciliation, for people.
#pragma once

#include "cli/client/api_session.h"

namespace settled::cli {

// Prints the totals, the days, and the first gaps of each kind, which it asks the API for.
Result<> print_statement(ApiSession& session, const std::string& file, const Answered& statement);

} // namespace settled::cli
