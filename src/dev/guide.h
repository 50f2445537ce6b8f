// What `settled dev` says when it is ready. Pure.
#pragma once

#include "cli/client/dev_state.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::dev {

// Work as pasted in any directory, after the variables are set.
std::vector<std::string> commands_to_try(const cli::DevState& state);
// The key is on it: it is the user's, who pastes it. `console`: a link that signs the user in; empty:
// there is no console.
std::string guide_text(const cli::DevState& state, const std::string& directory,
                       std::string_view console = {});
// One line.
std::string guide_json(const cli::DevState& state, std::string_view console = {});

} // namespace settled::dev
