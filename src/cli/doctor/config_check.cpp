#include "cli/doctor/check.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

namespace {

std::string place_of(const server::ConfigOrigin& origin) {
    return origin.line == 0 ? origin.name : fmt::format("{}:{}", origin.name, origin.line);
}

} // namespace

void check_config(Site& site, Findings& found) {
    for (const server::ConfigProblem& problem : site.config_problems())
        found.failed(problem.setting, problem.message,
                     {fmt::format("it is said in {}; change it there", place_of(problem.origin))});
    if (const server::Config* const config = site.config())
        found.ok("", fmt::format("the settings are good; {} of them differ from the defaults",
                                 config->origins.size()));
}

} // namespace settled::cli::doctor
