// What removes or sends again more than one thing: the person at the terminal is asked, and a script says --yes.
#pragma once

#include "cli/invocation.h"

#include <optional>
#include <string_view>

namespace settled::cli {

Option yes_option();

// nullopt: it may be done: --yes or --dry-run was given, or the person said yes. Else the exit status, and why was
// printed. `question`: "remove what is final?"; `refusal`: "nothing was removed"; `advice`, where there is no terminal:
// "what is purged does not come back: add --yes, or try it with --dry-run".
struct Consent {
    std::string_view question, refusal, advice;
};
std::optional<int> refusal_of(const Invocation& in, const Consent& consent);

} // namespace settled::cli
