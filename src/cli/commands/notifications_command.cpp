// `settled notifications`: what platforms notify us of.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/notification_report.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <cstdio>

namespace settled::cli {

namespace {

std::string target_of(std::string_view id, std::string_view action = "") {
    return fmt::format("/v1/notifications/{}{}", query_text(id), action);
}

std::string list_target(const Invocation& in) {
    std::string target = "/v1/notifications";
    char between = '?';
    for (const std::string_view name : {"status", "connector"}) {
        const std::string given = in.text(fmt::format("--{}", name));
        if (given.empty())
            continue;
        target += fmt::format("{}{}={}", between, name, query_text(given));
        between = '&';
    }
    return target;
}

int run_list(Invocation& in) {
    return show_list(in, list_target(in), notification_table);
}

int run_show(Invocation& in) {
    return show(in, {.method = "GET", .target = target_of(in.text("ID")), .body = ""},
                notification_report);
}

// Of those that the filter gives, each by itself: what is refused is counted and does not stop the
// others.
struct Retried {
    std::size_t done = 0;
    std::size_t refused = 0;
};

Result<> retry_those(const Invocation& in, ApiSession& api, Instant since, Retried& retried) {
    std::string after;
    do {
        const std::string cursor = after.empty() ? "" : "&after=" + query_text(after);
        TRY(const Answered page, api.ask({"GET", list_target(in) + cursor, ""}));
        const auto rows = page.root().member("data");
        for (std::size_t i = 0; rows && i < rows->size(); ++i) {
            const auto received = wire::parse_rfc3339(text_at(rows->at(i), "received_at"));
            if (received && *received < since)
                return {}; // newest first: what follows is older
            const std::string id = text_at(rows->at(i), "id");
            TRY(const net::Response answer, api.call({"POST", target_of(id, "/retry"), "{}"}));
            ++(answer.status < 300 ? retried.done : retried.refused);
        }
        after = page.at("next");
    } while (!after.empty());
    return {};
}

int retry_filtered(Invocation& in) {
    Instant since{0};
    if (in.has("--since")) {
        const auto at = wire::parse_rfc3339(in.text("--since"));
        if (!at)
            return in.usage("--since: " + at.error().detail);
        since = *at;
    }
    auto api = in.api();
    if (!api)
        return exit_usage;
    Retried retried;
    const auto done = retry_those(in, *api, since, retried);
    if (!done)
        return api->report(done.error());
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().member("retried", retried.done).member("refused", retried.refused).end();
        in.out().json(w.text());
    } else {
        in.out().sentence(
            fmt::format("{} are tried again, {} were refused", retried.done, retried.refused));
    }
    if (retried.done > 0)
        in.changed(api->name());
    return retried.refused == 0 ? exit_done : exit_partly;
}

int run_retry(Invocation& in) {
    const std::string id = in.text("ID");
    if (id.empty() && !in.has("--status"))
        return in.usage("give a notification, or those of one --status");
    for (const std::string_view option : {"--status", "--connector", "--since"})
        if (!id.empty() && in.has(option))
            return in.usage(fmt::format("give a notification or {}, not both", option));
    if (id.empty() && in.has("--endpoint"))
        return in.usage("--endpoint is of one notification");
    if (id.empty())
        return retry_filtered(in);
    std::string body = "{}";
    if (in.has("--endpoint")) {
        wire::JsonWriter w;
        w.object().member("endpoint_id", in.text("--endpoint")).end();
        body = std::move(w).text();
    }
    return show(in, {.method = "POST", .target = target_of(id, "/retry"), .body = std::move(body)},
                notification_report);
}

Option status_option(std::string_view help, std::vector<std::string_view> choices) {
    return {.name = "--status", .value = "STATUS", .help = help, .choices = std::move(choices)};
}

} // namespace

std::vector<Command> notifications_commands() {
    const Option tenant = tenant_option("whose notifications (default main)");
    const Option connector{
        .name = "--connector", .value = "NAME", .help = "those of one connector"};
    return {
        {.name = "notifications",
         .sentence = "see what platforms notify you of, and try again what failed"},
        {.name = "notifications list",
         .sentence = "list notifications",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options(
             {status_option("those of one status", {"queued", "complete", "failed"}), connector,
              tenant}),
         .run = run_list},
        {.name = "notifications show",
         .sentence = "show a notification with its content and its subsystems",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the notification's id, ntf_…"}},
         .options = {tenant},
         .run = run_show},
        {.name = "notifications retry",
         .sentence = "try again what failed of a notification, or of all that the filter gives",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the notification's id, ntf_…", .required = false}},
         .options = {{.name = "--endpoint", .value = "ID", .help = "for this subsystem alone"},
                     status_option("those of this status", {"failed", "queued"}),
                     connector,
                     {.name = "--since",
                      .value = "TIME",
                      .help = "those that were received then or later"},
                     tenant},
         .notes = "What has failed gets its whole schedule again, at once; what was taken is not "
                  "sent twice.",
         .statuses = {{exit_partly, "some were refused"}},
         .run = run_retry},
    };
}

} // namespace settled::cli
