// Runs statements whose number of parameters is known only at run time.
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <vector>

namespace settled::store {

// One to 48 values.
Step<Rows> run_with(Session& s, const Statement& statement, std::vector<Value> values);
Step<> send_with(Session& s, const Statement& statement, std::vector<Value> values);

} // namespace settled::store
