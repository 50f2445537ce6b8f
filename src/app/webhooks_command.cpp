// `settled webhooks`: what the bank has sent, and what could not be read of it.
#include "app/api_answer.h"
#include "app/commands.h"
#include "app/query.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace settled::app {

namespace {

constexpr int status_not_all = 3; // some are not read yet, or contradict: see what is printed

struct ReadAgainOptions {
    InstallationOptions installation;
    std::vector<std::string> ids;
    std::string source;
    std::string status = "review";
    std::string since;
    std::string until;
    std::string tenant = "main";
    bool json = false;
};

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
                return status_not_all;
        return 0;
    }

  private:
    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts_)
            sum += count;
        return sum;
    }

    bool json_;
    std::array<std::uint64_t, outcomes.size()> counts_{};
};

std::string filter_of(const ReadAgainOptions& options, const std::string& after) {
    wire::JsonWriter w;
    w.object().member("status", options.status);
    if (!options.source.empty())
        w.member("source", options.source);
    if (!options.since.empty())
        w.member("since", options.since);
    if (!options.until.empty())
        w.member("until", options.until);
    if (!after.empty())
        w.member("after", after);
    w.end();
    return std::move(w).text();
}

Result<> read_each(const ReadAgainOptions& options, ApiSession& session, Outcomes& seen) {
    for (const std::string& id : options.ids) {
        TRY(const Answered answer,
            ask(session, {"POST",
                          fmt::format("/v1/webhooks/{}/read-again?tenant={}", query_text(id),
                                      query_text(options.tenant)),
                          "{}"}));
        seen.add(answer.root());
    }
    return {};
}

Result<> read_all(const ReadAgainOptions& options, ApiSession& session, Outcomes& seen) {
    std::string after;
    do {
        TRY(const Answered page,
            ask(session, {"POST", "/v1/webhooks/read-again?tenant=" + query_text(options.tenant),
                          filter_of(options, after)}));
        const auto webhooks = page.root().member("data");
        for (std::size_t i = 0; webhooks && i < webhooks->size(); ++i)
            seen.add(webhooks->at(i));
        after = page.at("next");
    } while (!after.empty());
    return {};
}

int run_read_again(const ReadAgainOptions& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    ApiSession session(*config);
    Outcomes seen(options.json);
    const auto done =
        options.ids.empty() ? read_all(options, session, seen) : read_each(options, session, seen);
    if (!done)
        return report_unless_told(done.error());
    seen.print();
    return seen.status();
}

} // namespace

void add_webhooks(CommandLine& line) {
    CLI::App* const webhooks =
        line.root.add_subcommand("webhooks", "read again what could not be read");
    webhooks->require_subcommand(1);
    auto options = std::make_shared<ReadAgainOptions>();
    CLI::App* const command = webhooks->add_subcommand(
        "read-again", "after a mapping or the program was corrected: read webhooks again that had "
                      "no effect");
    options->installation.add_to(*command, false);
    CLI::Option* const ids =
        command->add_option("id", options->ids, "webhooks (default: all that the filter names)");
    const auto filter = [&](const char* name, std::string& into, const char* what) {
        return command->add_option(name, into, what)->excludes(ids);
    };
    filter("--source", options->source, "of one source (default: of all)");
    filter("--status", options->status,
           "review (default): what could not be read; archived: what was taken for nothing")
        ->check(CLI::IsMember({"review", "archived"}));
    filter("--since", options->since, "received at that time or later, such as 2026-11-22");
    filter("--until", options->until, "received before that time");
    command->add_option("--tenant", options->tenant, "whose webhooks (default main)");
    command->add_flag("--json", options->json,
                      "print a JSON object for each webhook and one that counts them");
    command->footer(
        "What follows from a webhook follows once, however often it is read; its review closes "
        "itself. The bank's\nrepeats of such a webhook are read again without this.\n"
        "Exit status: 0, or 3 when some still cannot be read or are a person's to decide; the "
        "rest is done.");
    command->callback([&line, options] { line.exit_status = run_read_again(*options); });
}

} // namespace settled::app
