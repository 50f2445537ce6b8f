#include "cli/command_text.h"

#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

std::string choices_of(std::span<const std::string_view> choices) {
    std::string text;
    for (const std::string_view choice : choices)
        text.append(text.empty() ? ": " : ", ").append(choice);
    return text;
}

} // namespace

const std::vector<Heading>& headings() {
    static const std::vector<Heading> all{
        {"To try it", {"dev", "listen", "trigger", "demo", "sandbox", "bench"}},
        {"The server",
         {"serve", "check-config", "doctor", "migrate", "store", "backup", "restore", "purge"}},
        {"What happens, and why", {"status", "explain", "show", "find", "tail"}},
        {"Access and connections",
         {"console", "operators", "keys", "signing-keys", "connectors", "webhooks"}},
        {"Money in",
         {"import", "statements", "reconcile", "bacs", "notifications", "export", "institutions",
          "replay", "audit"}},
        {"Money out", {"orders", "links", "returns", "postings", "calls", "catch-up", "catch-ups"}},
        {"Decisions", {"reviews"}},
        {"Partners", {"endpoints", "events", "deliveries", "redeliver"}},
        {"This program", {"completion", "man"}},
    };
    return all;
}

std::string shown_argument(const Argument& argument) {
    const std::string name = fmt::format("{}{}", argument.name, argument.many ? "…" : "");
    return argument.required ? name : "[" + name + "]";
}

std::string shown_option(const Option& option) {
    return option.value.empty() ? std::string(option.name)
                                : fmt::format("{} {}", option.name, option.value);
}

std::string synopsis(const Command& command) {
    std::string text = fmt::format("settled {}", command.name);
    for (const Argument& argument : command.arguments)
        text += " " + shown_argument(argument);
    for (const Option& option : command.options)
        if (option.required)
            text += " " + shown_option(option);
    return text + (command.is_group() ? " COMMAND" : " [OPTIONS]");
}

Entries options_in(const Command& command) {
    Entries entries;
    for (const Option& option : options_of(command)) {
        std::string text(option.help);
        if (!option.choices.empty() && !text.contains(option.choices.front()))
            text += choices_of(option.choices);
        if (option.many)
            text += "; may be given several times";
        entries.emplace_back(shown_option(option), std::move(text));
    }
    entries.emplace_back("--help", "this help");
    return entries;
}

Entries arguments_in(const Command& command) {
    Entries entries;
    for (const Argument& argument : command.arguments)
        entries.emplace_back(shown_argument(argument), std::string(argument.help));
    return entries;
}

Entries statuses_in(const Command& command) {
    std::vector<ExitStatus> all{
        {exit_done, "done"},
        {exit_failed, "refused, failed or not found"},
        {exit_usage, "the words or the configuration are wrong; nothing was done"}};
    for (const ExitStatus& own : command.statuses) {
        const auto known = std::ranges::find(all, own.status, &ExitStatus::status);
        if (known == all.end())
            all.push_back(own);
        else
            known->meaning = own.meaning;
    }
    Entries entries;
    for (const ExitStatus& status : all)
        entries.emplace_back(fmt::to_string(status.status), std::string(status.meaning));
    return entries;
}

Entries commands_behind(std::span<const Command> commands, std::string_view group) {
    Entries entries;
    for (const Command& command : commands)
        if (command.name.size() > group.size() && command.name.starts_with(group) &&
            command.name[group.size()] == ' ')
            entries.emplace_back(command.name, command.sentence);
    return entries;
}

} // namespace settled::cli
