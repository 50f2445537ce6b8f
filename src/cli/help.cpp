#include "cli/help.h"

#include "cli/layout.h"
#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

constexpr std::size_t label_max = 26; // a longer one has a line of its own
constexpr std::size_t gap = 2;

// The headings and their commands, in the order of a first use.
struct Heading {
    std::string_view title;
    std::vector<std::string_view> commands;
};
const std::vector<Heading>& headings() {
    static const std::vector<Heading> all{
        {"To try it", {"dev", "listen", "trigger", "demo", "sandbox", "bench"}},
        {"The server",
         {"serve", "check-config", "doctor", "migrate", "store", "backup", "restore"}},
        {"What happens, and why", {"status", "explain", "show"}},
        {"Access and connections",
         {"console", "operators", "keys", "signing-keys", "connectors", "webhooks"}},
        {"Money in",
         {"import", "statements", "reconcile", "bacs", "notifications", "export", "institutions",
          "replay", "audit"}},
        {"Money out", {"orders", "links", "returns", "postings", "calls", "catch-up", "catch-ups"}},
        {"Decisions", {"reviews"}},
        {"Partners", {"endpoints", "redeliver"}},
    };
    return all;
}

// "  label      text, broken into lines that begin where the text does".
std::string entry(const std::string& label, std::string_view text, std::size_t label_width,
                  std::size_t width) {
    const std::size_t begin = 2 + label_width + gap;
    std::string out = "  " + label;
    std::size_t at = 2 + columns(label);
    for (const std::string& line :
         wrapped(text, std::max<std::size_t>(width, begin + 20) - begin)) {
        if (at + gap > begin) {
            out += "\n";
            at = 0;
        }
        out += std::string(begin - at, ' ') + line;
        at = begin + gap; // the next one is on a line of its own
    }
    return out + "\n";
}

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string section(std::string_view title, const Entries& entries, std::size_t width) {
    if (entries.empty())
        return {};
    std::size_t label_width = 0;
    for (const auto& [label, text] : entries)
        if (columns(label) <= label_max)
            label_width = std::max(label_width, columns(label));
    std::string out = fmt::format("\n{}\n", title);
    for (const auto& [label, text] : entries)
        out += entry(label, text, label_width, width);
    return out;
}

std::string paragraph(std::string_view text, std::size_t width) {
    std::string out;
    for (const std::string& line : wrapped(text, width))
        out += line + "\n";
    return out;
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

std::string choices_of(std::span<const std::string_view> choices) {
    std::string text;
    for (const std::string_view choice : choices)
        text.append(text.empty() ? ": " : ", ").append(choice);
    return text;
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

} // namespace

std::string help_of_all(std::span<const Command> commands, std::size_t width) {
    std::string out =
        paragraph("settled: notifies a business the moment its money has really moved", width) +
        "\n  settled COMMAND [OPTIONS]\n";
    for (const Heading& heading : headings()) {
        Entries entries;
        for (const std::string_view name : heading.commands)
            if (const Command* const command = find_command(commands, name))
                entries.emplace_back(std::string(name), std::string(command->sentence));
        out += section(heading.title, entries, width);
    }
    out += section("Help",
                   {{"help [COMMAND]", "what a command takes, does and answers"},
                    {"--version", "the version, with the commit that it was built from"}},
                   width);
    return out;
}

std::string help_of(std::span<const Command> commands, const Command& command, std::size_t width) {
    std::string out =
        paragraph(fmt::format("settled {}: {}", command.name, command.sentence), width);
    out += fmt::format("\n  {}\n", synopsis(command));
    out += section("Commands", commands_behind(commands, command.name), width);
    if (command.is_group())
        return out + fmt::format("\nsettled help {} COMMAND says more.\n", command.name);
    out += section("Arguments", arguments_in(command), width);
    out += section("Options", options_in(command), width);
    if (!command.notes.empty())
        out += "\n" + paragraph(command.notes, width);
    out += section("Exit status", statuses_in(command), width);
    return out;
}

} // namespace settled::cli
