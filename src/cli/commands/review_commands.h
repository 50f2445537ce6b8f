// What the files of `settled reviews` share.
#pragma once

#include "cli/command.h"
#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

// accept, split, reject, close: decisions about money and webhooks.
std::vector<Command> review_decision_commands();

Option review_actor_option();
// A review for a terminal.
std::string review_report(const wire::Json& review);

} // namespace settled::cli
