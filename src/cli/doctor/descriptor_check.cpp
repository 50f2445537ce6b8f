#include "cli/doctor/check.h"
#include "server/descriptors.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace settled::cli::doctor {

// Of this process, which has what a server has that is started from the same shell.
void check_descriptors(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings do not say what is needed");
    const std::size_t threads = config->threads > 0
                                    ? static_cast<std::size_t>(config->threads)
                                    : std::max(1U, std::thread::hardware_concurrency());
    const std::size_t allowed = server::raise_descriptor_limit();
    const auto plan = server::plan_descriptors(allowed, *config, threads);
    const Remedy remedy{"raise the hard limit: `ulimit -Hn` in a shell, LimitNOFILE= in a systemd "
                        "unit"};
    if (!plan)
        return found.failed("", plan.error().detail, remedy);
    const std::size_t wanted = server::descriptors_wanted(*config, threads);
    if (plan->is_short)
        return found.warning("",
                             fmt::format("a server that is started from here has {} file "
                                         "descriptors, for {} connections and {} deliveries at "
                                         "once; {} let every limit be reached",
                                         allowed, plan->connections, plan->attempts, wanted),
                             remedy);
    found.ok("", fmt::format("a server that is started from here has {} file descriptors; it needs "
                             "{}",
                             allowed, wanted));
}

} // namespace settled::cli::doctor
