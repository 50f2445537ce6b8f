// `settled webhooks`: what the bank has sent, and what could not be read of it.
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/reports/event_report.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace settled::cli {

namespace {

// In the order in which they are shown; the last three are a person's.
constexpr std::array<std::string_view, 7> outcomes{
    "processed", "processed_before", "duplicate", "archived", "unreadable", "conflict", "decided"};
constexpr std::size_t first_that_is_a_persons = 4;

class Outcomes {
  public:
    explicit Outcomes(bool json) : json_(json) {}

    void add(const wire::Json& webhook) {
        const std::string outcome = text_at(webhook, "outcome");
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            counts_[i] += outcomes[i] == outcome;
        const std::string reason = text_at(webhook, "reason");
        if (json_)
            fmt::print("{}\n", webhook.raw());
        else if (!reason.empty())
            fmt::print("{}  {}: {}\n", text_at(webhook, "id"), outcome, reason);
    }
    void print() const {
        wire::JsonWriter w;
        w.object();
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            w.member(outcomes[i], counts_[i]);
            if (!json_ && counts_[i] > 0)
                fmt::print("{:>8} {}\n", counts_[i], outcomes[i]);
        }
        w.end();
        if (json_)
            fmt::print("{}\n", w.text());
        else if (total() == 0)
            fmt::print("there is none to read again\n");
    }
    int status() const {
        for (std::size_t i = first_that_is_a_persons; i < outcomes.size(); ++i)
            if (counts_[i] > 0)
                return exit_partly;
        return exit_done;
    }

    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts_)
            sum += count;
        return sum;
    }

  private:
    bool json_;
    std::array<std::uint64_t, outcomes.size()> counts_{};
};

std::string filter_of(const Invocation& in, const std::string& after) {
    wire::JsonWriter w;
    w.object().member("status", in.text("--status", "review"));
    for (const std::string_view name : {"connector", "since", "until"})
        if (const std::string given = in.text(fmt::format("--{}", name)); !given.empty())
            w.member(name, given);
    if (!after.empty())
        w.member("after", after);
    w.end();
    return std::move(w).text();
}

Result<> read_each(const std::vector<std::string>& ids, ApiSession& api, Outcomes& seen) {
    for (const std::string& id : ids) {
        TRY(const Answered answer,
            api.ask({"POST", fmt::format("/v1/webhooks/{}/read-again", query_text(id)), "{}"}));
        seen.add(answer.root());
    }
    return {};
}

Result<> read_all(const Invocation& in, ApiSession& api, Outcomes& seen) {
    std::string after;
    do {
        TRY(const Answered page,
            api.ask({"POST", "/v1/webhooks/read-again", filter_of(in, after)}));
        const auto webhooks = page.root().member("data");
        for (std::size_t i = 0; webhooks && i < webhooks->size(); ++i)
            seen.add(webhooks->at(i));
        after = page.at("next");
    } while (!after.empty());
    return {};
}

int run_read_again(Invocation& in) {
    const std::vector<std::string> ids = in.all("ID");
    for (const std::string_view option : {"--connector", "--status", "--since", "--until"})
        if (!ids.empty() && in.has(option))
            return in.usage(fmt::format("give webhooks or {}, not both", option));
    auto api = in.api();
    if (!api)
        return exit_usage;
    Outcomes seen(in.out().is_json());
    const auto done = ids.empty() ? read_all(in, *api, seen) : read_each(ids, *api, seen);
    if (!done)
        return api->report(done.error());
    if (seen.total() > 0)
        in.changed(api->name());
    seen.print();
    return seen.status();
}

int run_list(Invocation& in) {
    return show_list(in,
                     with_parameters("/v1/webhooks", {{"connector", in.text("--connector")},
                                                      {"status", in.text("--status")},
                                                      {"type", in.text("--type")}}),
                     webhook_table);
}

int run_show(Invocation& in) {
    return show(
        in, {.method = "GET", .target = "/v1/webhooks/" + query_text(in.text("ID")), .body = ""},
        webhook_report);
}

} // namespace

std::vector<Command> webhooks_commands() {
    const Option tenant = tenant_option("whose webhooks (default main)");
    return {
        {.name = "webhooks",
         .sentence = "see what the bank has sent, and read again what could not be read"},
        {.name = "webhooks list",
         .sentence = "list webhooks, newest first",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options(
             {{.name = "--connector", .value = "NAME", .help = "those of one connector"},
              {.name = "--status",
               .value = "STATUS",
               .help = "those of one status",
               .choices = {"processed", "archived", "review"}},
              {.name = "--type", .value = "TYPE", .help = "those of one type: TransactionSettled"},
              tenant}),
         .run = run_list},
        {.name = "webhooks show",
         .sentence = "show a webhook with its body",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the webhook's id, whk_…"}},
         .options = {tenant},
         .run = run_show},
        {.name = "webhooks read-again",
         .sentence =
             "after a mapping or the program was corrected: read webhooks again that had no "
             "effect",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID",
                        .help = "webhooks (default: all that the filter names)",
                        .required = false,
                        .many = true}},
         .options = {{.name = "--connector",
                      .value = "NAME",
                      .help = "of one connector (default: of all)"},
                     {.name = "--status",
                      .value = "STATUS",
                      .help = "review (default): what could not be read; archived: what was taken "
                              "for nothing",
                      .choices = {"review", "archived"}},
                     {.name = "--since",
                      .value = "TIME",
                      .help = "received at that time or later, such as 2026-11-22"},
                     {.name = "--until", .value = "TIME", .help = "received before that time"},
                     tenant},
         .notes =
             "What follows from a webhook follows once, however often it is read; its review "
             "closes itself. The bank's repeats of such a webhook are read again without this. "
             "As JSON, an object for each webhook and one that counts them.",
         .statuses = {{exit_partly, "some still cannot be read or are a person's to decide; the "
                                    "rest is done"}},
         .run = run_read_again},
    };
}

} // namespace settled::cli
