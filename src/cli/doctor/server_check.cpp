#include "cli/doctor/check.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

void check_server(Site& site, Findings& found) {
    const auto& ready = site.readiness();
    if (ready) {
        const std::string where =
            site.is_remote() ? std::string("it") : "the server of " + site.data_directory();
        return found.ok("", fmt::format("{} answers: {}", where, ready->at("status")));
    }
    if (!site.is_remote() && site.config() == nullptr)
        return found.skipped("", "the settings do not say which one");
    const Remedy remedy{
        "without it no webhook is taken, no partner is notified, and no call is made",
        site.command("serve")};
    const std::string& sentence = ready.error();
    if (site.connects())
        found.failed("", sentence, remedy);
    else
        found.warning("", sentence, remedy);
}

} // namespace settled::cli::doctor
