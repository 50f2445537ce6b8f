#include "cli/consent.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace settled::cli {

Option yes_option() {
    return {.name = "--yes", .help = "do not ask"};
}

std::optional<int> refusal_of(const Invocation& in, const Consent& consent) {
    if (in.has("--dry-run") || in.has("--yes"))
        return std::nullopt;
    if (::isatty(STDIN_FILENO) == 0)
        return in.usage(consent.advice);
    fmt::print(stderr, "{} [y/N] ", consent.question);
    std::string line;
    std::getline(std::cin, line);
    if (line == "y" || line == "yes")
        return std::nullopt;
    fmt::print(stderr, "settled: {}\n", consent.refusal);
    return exit_failed;
}

} // namespace settled::cli
