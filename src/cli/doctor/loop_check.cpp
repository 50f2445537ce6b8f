// The webhook FITestEvent that the bank sends for a test call: that it arrives shows that the
// bank's portal has our address, that the bank can reach it, and that its signature holds.
#include "cli/doctor/check.h"

#include <fmt/format.h>

#include <thread>

namespace settled::cli::doctor {

namespace {

using Steady = std::chrono::steady_clock;
using wire::Json;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::size_t webhooks_looked_at = 500;
constexpr std::string_view test_event = "FITestEvent";

// Newest first, down to the one that was the newest before the call.
bool has_arrived(Site& site, const Json& connector, const std::string& newest_before) {
    const auto webhooks = site.list("/v1/webhooks", webhooks_looked_at);
    for (std::size_t i = 0; webhooks && i < webhooks->size(); ++i) {
        const Json webhook = (*webhooks)[i].root();
        if (text_at(webhook, "id") == newest_before)
            return false;
        if (text_at(webhook, "type") == test_event &&
            text_at(webhook, "connector_id") == text_at(connector, "id"))
            return true;
    }
    return false;
}

bool await_webhook(Site& site, const Json& connector, const std::string& newest_before) {
    const auto last = Steady::now() + site.wait_max();
    while (!has_arrived(site, connector, newest_before)) {
        if (Steady::now() >= last)
            return false;
        std::this_thread::sleep_for(look_every);
    }
    return true;
}

void look_at_loop(Site& site, const Json& connector, Findings& found) {
    const std::string name = text_at(connector, "name");
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "the bank was not called: " + trial.put_off);
    if (!trial.test.is_taken)
        return found.skipped(name, "the bank did not take the test call");
    if (await_webhook(site, connector, trial.newest_webhook))
        return found.ok(name, "the bank's FITestEvent came back, and its signature holds");
    found.failed(
        name, fmt::format("no FITestEvent came within {} s", site.wait_max().count()),
        {fmt::format(
            "in the bank's portal, give the webhook FITestEvent the address of this server "
            "with {}, and let the bank reach it. A webhook that came and was refused "
            "(another bank key) is in the server's log",
            text_at(connector, "hook_path"))});
}

} // namespace

void check_connector_loop(Site& site, Findings& found) {
    const auto& connectors = site.connectors();
    if (!connectors)
        return found.skipped("", connectors.error());
    for (const wire::JsonDocument& one : *connectors)
        if (!text_at(one.root(), "api_url").empty() && text_at(one.root(), "kind") == "clearbank")
            look_at_loop(site, one.root(), found);
}

} // namespace settled::cli::doctor
