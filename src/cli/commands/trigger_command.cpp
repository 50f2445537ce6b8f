// `settled trigger`: makes something happen in the sandbox, and waits until the server has said so.
#include "cli/client/dev_state.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/listen/event_line.h"
#include "cli/listen/event_place.h"
#include "cli/trigger/triggers.h"
#include "net/client/client.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace settled::cli {

namespace {

constexpr std::int64_t timeout_default = 30;
constexpr std::chrono::seconds down_default{30};

std::string listed(std::span<const std::string_view> words) {
    return words.empty() ? "-" : fmt::format("{}", fmt::join(words, " "));
}

// An event that comes twice is named once: "settlement.matched, 2 times".
std::string events_of(const Trigger& trigger) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < trigger.events.size();) {
        const std::string_view type = trigger.events[i];
        std::size_t end = i;
        while (end < trigger.events.size() && trigger.events[end] == type)
            ++end;
        words.push_back(end - i == 1 ? std::string(type)
                                     : fmt::format("{}, {} times", type, end - i));
        i = end;
    }
    return words.empty() ? "-" : fmt::format("{}", fmt::join(words, " "));
}

std::string catalogue_text() {
    std::vector<TableLine> lines{{"NAME", "WHAT HAPPENS", "EVENTS", "OPTIONS"}};
    for (const Trigger& trigger : all_triggers())
        lines.push_back({std::string(trigger.name), std::string(trigger.sentence),
                         events_of(trigger), listed(trigger.options)});
    return table(lines);
}

void write_words(wire::JsonWriter& w, std::string_view name,
                 const std::vector<std::string_view>& words) {
    w.key(name).array();
    for (const std::string_view word : words)
        w.value(word);
    w.end();
}

std::string catalogue_json() {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const Trigger& trigger : all_triggers()) {
        w.object().member("name", trigger.name).member("description", trigger.sentence);
        write_words(w, "events", trigger.events);
        write_words(w, "options", trigger.options);
        w.end();
    }
    w.end().key("next").null().end();
    return std::move(w).text();
}

bool takes(const Trigger& trigger, std::string_view option) {
    return std::ranges::find(trigger.options, option) != trigger.options.end();
}

// Those that only some triggers take; a word that goes with another one is a mistake.
constexpr std::string_view own_options[] = {"--payment", "--amount",  "--reference", "--cut",
                                            "--blank",   "--drop-id", "--for"};

std::optional<std::string> option_too_many(const Invocation& in, const Trigger& trigger) {
    for (const std::string_view option : own_options)
        if (in.has(option) && !takes(trigger, option))
            return fmt::format("trigger {} takes no {}", trigger.name, option);
    return std::nullopt;
}

// The control API of the sandbox: of --sandbox, of SETTLED_SANDBOX, of the `settled dev` of this
// directory. The error is a sentence.
std::expected<std::string, std::string> sandbox_url(const Invocation& in) {
    std::string url = in.text("--sandbox");
    if (url.empty())
        url = process_environment()("SETTLED_SANDBOX").value_or("");
    if (url.empty()) {
        const auto dev = read_dev_state(std::string(dev_directory));
        if (!dev)
            return std::unexpected(dev.error().detail);
        url = *dev ? (*dev)->control : "";
    }
    if (url.empty())
        return std::unexpected(std::string("no sandbox is named; start one: settled dev"));
    auto checked = checked_url(url);
    const auto parsed = checked ? net::Url::parse(*checked) : fail(Code::url_invalid);
    if (!parsed || !is_loopback(parsed->host))
        return std::unexpected(
            fmt::format("{} is no sandbox: a sandbox is on this machine, such as "
                        "http://127.0.0.1:9000",
                        url));
    return *std::move(checked);
}

TriggerWishes wishes_of(const Invocation& in) {
    return {.payment = in.text("--payment"),
            .amount = in.text("--amount"),
            .reference = in.text("--reference"),
            .cut = in.number("--cut", std::int64_t{0}),
            .blank = in.has("--blank"),
            .drop_id = in.has("--drop-id"),
            .down = parse_age(in.text("--for")).value_or(down_default)};
}

void print_text(const Invocation& in, const Trigger& trigger, const Scene& scene) {
    in.out().text(fmt::format("{}: {}\n{}", trigger.name, trigger.sentence, facts(scene.facts())));
    for (const WatchedEvent& event : scene.events())
        in.out().sentence(fmt::format("  {}  {}", event.id, event_line(event.body)));
}

void print_json(const Invocation& in, const Trigger& trigger, const Scene& scene, bool all_came) {
    wire::JsonWriter w;
    w.object().member("trigger", trigger.name).member("done", all_came);
    w.key("facts").object();
    std::vector<std::string_view> names;
    for (const auto& [name, value] : scene.facts()) {
        if (std::ranges::find(names, name) != names.end()) // of two payments the first
            continue;
        names.push_back(name);
        w.member(name, value);
    }
    w.end().key("events").array();
    for (const WatchedEvent& event : scene.events())
        w.object().member("id", event.id).member("type", event.type).end();
    w.end().key("missing").array();
    for (const Scene::Expected& missing : scene.missing())
        w.value(missing.type);
    w.end().end();
    in.out().json(std::move(w).text());
}

// What it says at its end. Gives the exit status.
int report(const Invocation& in, const Trigger& trigger, const Scene& scene,
           std::chrono::seconds wait, bool all_came) {
    const bool is_done = all_came || in.has("--no-wait");
    if (in.out().is_json())
        print_json(in, trigger, scene, is_done);
    else
        print_text(in, trigger, scene);
    if (is_done)
        return exit_done;
    std::fflush(stdout);
    for (const Scene::Expected& missing : scene.missing())
        fmt::print(stderr, "settled: {} about {} did not come within {} s\n", missing.type,
                   missing.about, wait.count());
    return exit_failed;
}

int play(Invocation& in, const Trigger& trigger, ApiSession& sandbox, ApiSession& server,
         bool is_remote) {
    SystemClock clock;
    auto watch = EventWatch::begin(server, is_remote);
    if (!watch)
        return server.report(watch.error());
    TriggerWishes wishes = wishes_of(in);
    auto wait = std::chrono::seconds(in.number("--timeout", timeout_default));
    if (takes(trigger, "--for"))
        wait += wishes.down;
    wait += trigger.lag;
    auto scene = Scene::begin(
        {sandbox, server, *std::move(watch), clock.steady() + wait, !in.has("--no-wait")},
        std::move(wishes));
    if (!scene)
        return sandbox.report(scene.error());
    in.changed(fmt::format("{}, through the sandbox {}", server.name(), sandbox.name()));
    const Result<> done = trigger.run(*scene);
    if (!done) {
        const int status = server.report(done.error());
        if (!scene->facts().empty())
            report(in, trigger, *scene, wait, false);
        return status;
    }
    const auto came = scene->wait_for_expected();
    return came ? report(in, trigger, *scene, wait, *came) : server.report(came.error());
}

int run_trigger(Invocation& in) {
    if (!in.has("NAME") || in.has("--list")) {
        if (in.out().is_json())
            in.out().json(catalogue_json());
        else
            in.out().text(catalogue_text());
        return exit_done;
    }
    const Trigger& trigger = *find_trigger(in.text("NAME"));
    if (const auto wrong = option_too_many(in, trigger))
        return in.usage(*wrong);
    if (in.has("--for") && !parse_age(in.text("--for")))
        return in.usage("--for takes a time such as 30s or 5m");
    auto url = sandbox_url(in);
    if (!url)
        return in.usage(url.error());
    const bool is_remote = in.is_remote();
    auto server = in.api();
    if (!server)
        return exit_usage;
    ApiSession sandbox(RemoteServer{*std::move(url), Secret(), ""}, in.out());
    return play(in, trigger, sandbox, *server, is_remote);
}

std::vector<std::string_view> trigger_names() {
    std::vector<std::string_view> names;
    for (const Trigger& trigger : all_triggers())
        names.push_back(trigger.name);
    return names;
}

std::vector<Option> trigger_options() {
    return {
        {.name = "--list", .help = "list the triggers, with their events and options"},
        {.name = "--payment",
         .value = "ID",
         .help = "the client's id of a payment that is registered (default: a new one)"},
        {.name = "--amount", .value = "AMOUNT", .help = "of the money, in pounds: 12.34"},
        {.name = "--reference", .value = "TEXT", .help = "that the money comes with"},
        {.name = "--cut",
         .value = "NUMBER",
         .help = "only so many characters of the reference are kept, from its beginning",
         .is_number = true,
         .most = 1000},
        {.name = "--blank", .help = "the reference is lost"},
        {.name = "--drop-id", .help = "the end-to-end id is lost"},
        {.name = "--for",
         .value = "TIME",
         .help = "how long the partner is away: 30s, 5m (default 30s)"},
        {.name = "--timeout",
         .value = "SECONDS",
         .help = "how long the events may take (default 30)",
         .is_number = true,
         .least = 1,
         .most = 3600},
        {.name = "--no-wait", .help = "do not wait for the last events"},
        {.name = "--sandbox",
         .value = "URL",
         .help = "the sandbox's control API (default: SETTLED_SANDBOX, else the `settled dev` of "
                 "this directory)"},
        tenant_option("whose events (default main)"),
    };
}

} // namespace

std::vector<Command> trigger_commands() {
    return {{.name = "trigger",
             .sentence = "make something happen in the sandbox, and wait for its events",
             .place = Place::server,
             .output = Output::both,
             .arguments = {{.name = "NAME",
                            .help = "what; without it all are listed",
                            .choices = trigger_names(),
                            .required = false}},
             .options = trigger_options(),
             .notes = "Money moves in the sandbox alone: what needs a bank or a partner is asked "
                      "only of a server that is connected to this sandbox.",
             .statuses = {{exit_done, "all events came"},
                          {exit_failed, "one did not come in time, or something was refused"}},
             .run = run_trigger}};
}

} // namespace settled::cli
