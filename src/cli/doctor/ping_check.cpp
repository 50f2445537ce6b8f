// A test.ping to each partner's endpoint: the server delivers it as any notification, and its first attempt shows whether
// the partner takes it.
#include "cli/client/query.h"
#include "cli/doctor/check.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace settled::cli::doctor {

namespace {

using Steady = std::chrono::steady_clock;
using wire::Json;

constexpr std::size_t endpoints_most = 100; // a person waits for each
constexpr std::chrono::milliseconds look_every{100};

// What is said of an endpoint that was pinged, once its first attempt was made.
void judge(const Json& delivery, const std::string& id, const std::string& url, Findings& found) {
    const auto attempts = delivery.member("attempts");
    const Json last = attempts->at(attempts->size() - 1);
    const auto us = last.member("latency_us")
                        .and_then([](const Json& value) { return value.integer(); })
                        .value_or(0);
    if (text_at(delivery, "status") == "done")
        return found.ok(id, fmt::format("{} took a test.ping in {} ms", url, us / 1000));
    const std::string answer = text_at(last, "answer");
    found.failed(id,
                 fmt::format("{} did not take a test.ping: {}{}", url, text_at(last, "outcome"),
                             answer.empty() ? "" : ": " + safe(answer)),
                 {"the partner mends its endpoint; the ping is tried again as any notification"});
}

void ping(Site& site, const Json& endpoint, Findings& found) {
    const std::string id = text_at(endpoint, "id");
    const std::string url = safe(text_at(endpoint, "url"));
    const auto made = site.ask("POST", fmt::format("/v1/endpoints/{}/ping", query_text(id)));
    if (!made)
        return found.skipped(id, made.error());
    const std::string target = "/v1/deliveries/" + query_text(made->at("id"));
    for (const auto last = Steady::now() + site.wait_max();;) {
        const auto delivery = site.ask("GET", target);
        if (!delivery)
            return found.skipped(id, delivery.error());
        const auto attempts = delivery->root().member("attempts");
        if (attempts && attempts->size() > 0)
            return judge(delivery->root(), id, url, found);
        if (delivery->at("due_at").empty())
            return found.skipped(id, "its notifications wait for its interval, its batch or an "
                                     "earlier one, and so does the test.ping");
        if (Steady::now() >= last)
            return found.failed(id, fmt::format("no attempt was made to send {} a test.ping", url),
                                {"a server with the role worker delivers: see its log"});
        std::this_thread::sleep_for(look_every);
    }
}

} // namespace

void check_pings(Site& site, Findings& found) {
    if (!site.server_runs())
        return found.skipped("", "no server runs that could call them");
    const auto endpoints = site.list("/v1/endpoints", endpoints_most);
    if (!endpoints)
        return found.skipped("", endpoints.error());
    for (const wire::JsonDocument& endpoint : *endpoints)
        if (text_at(endpoint.root(), "status") == "active")
            ping(site, endpoint.root(), found);
    if (found.all().empty())
        found.ok("", "there is no endpoint that is active");
}

} // namespace settled::cli::doctor
