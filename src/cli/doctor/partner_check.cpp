#include "cli/doctor/check.h"

#include <fmt/format.h>

#include <map>

namespace settled::cli::doctor {

namespace {

constexpr std::size_t endpoints_most = 10'000;
constexpr std::size_t deliveries_most = 1000;

} // namespace

void check_disabled_endpoints(Site& site, Findings& found) {
    const auto endpoints = site.list("/v1/endpoints", endpoints_most);
    if (!endpoints)
        return found.skipped("", endpoints.error());
    std::size_t disabled = 0;
    for (const wire::JsonDocument& endpoint : *endpoints) {
        if (text_at(endpoint.root(), "status") == "active")
            continue;
        ++disabled;
        const std::string id = text_at(endpoint.root(), "id");
        found.warning(id,
                      fmt::format("{} is {}: nothing is delivered to it",
                                  safe(text_at(endpoint.root(), "url")),
                                  text_at(endpoint.root(), "status")),
                      {"it was disabled by a person, or its partner answered that it is gone; "
                       "enable it when the partner is ready",
                       site.command("endpoints enable", id)});
    }
    if (disabled == 0)
        found.ok("", endpoints->empty() ? "there are no endpoints: no partner is notified"
                                        : fmt::format("no endpoint is disabled, of {} that there "
                                                      "are",
                                                      endpoints->size()));
}

void check_dead_deliveries(Site& site, Findings& found) {
    const auto dead = site.list("/v1/deliveries?status=dead", deliveries_most);
    if (!dead)
        return found.skipped("", dead.error());
    std::map<std::string, std::size_t> by_endpoint;
    for (const wire::JsonDocument& delivery : *dead)
        ++by_endpoint[text_at(delivery.root(), "endpoint_id")];
    for (const auto& [endpoint, count] : by_endpoint)
        found.failed(
            endpoint,
            fmt::format("notifications given up after the last attempt: {}{}",
                        dead->size() == deliveries_most ? "at least " : "", count),
            {"see what the partner answered (settled deliveries show ID), have it mended, and "
             "deliver again",
             site.command("redeliver", "--endpoint " + endpoint + " --status dead --yes")});
    if (dead->empty())
        found.ok("", "no notification was given up");
}

} // namespace settled::cli::doctor
