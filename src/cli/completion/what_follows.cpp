#include "cli/completion/what_follows.h"

#include "cli/parse.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

Values values_of(const Option& option) {
    if (!option.choices.empty())
        return {option.commas ? ValueKind::list : ValueKind::word, option.choices};
    if (option.value == "DIRECTORY")
        return {ValueKind::directory, {}};
    if (option.is_file || option.value == "FILE")
        return {ValueKind::file, {}};
    return {};
}

Values values_of(const Argument& argument) {
    if (!argument.choices.empty())
        return {ValueKind::word, argument.choices};
    if (argument.name == "DIRECTORY")
        return {ValueKind::directory, {}};
    return {argument.is_file ? ValueKind::file : ValueKind::text, {}};
}

std::vector<Offer> inner_of(std::span<const Command> commands, std::string_view group) {
    std::vector<Offer> offers;
    for (const Command& command : commands) {
        const std::size_t space = command.name.find(' ');
        if (group.empty() && space == command.name.npos)
            offers.emplace_back(command.name, command.sentence);
        if (!group.empty() && space == group.size() && command.name.starts_with(group))
            offers.emplace_back(command.name.substr(space + 1), command.sentence);
    }
    return offers;
}

void add_command(const Command& command, WhatFollows& all) {
    const std::string name(command.name);
    std::vector<Offer> options;
    for (const Option& option : options_of(command)) {
        options.emplace_back(option.name, option.help);
        if (!option.value.empty())
            all.option_values[values_of(option)].push_back(fmt::format("{} {}", name, option.name));
    }
    options.emplace_back("--help", "what it takes, does and answers");
    all.options[options].push_back(name);
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
        const Argument& argument = command.arguments[i];
        const Values values = values_of(argument);
        if (values.kind == ValueKind::text)
            continue;
        all.arguments[values].push_back(fmt::format("{} {}", name, i));
        if (argument.many)
            all.arguments[values].push_back(name + " more");
    }
}

} // namespace

WhatFollows what_follows(std::span<const Command> commands) {
    WhatFollows all;
    std::vector<Offer> first = inner_of(commands, "");
    first.emplace_back("help", "what a command takes, does and answers");
    all.inner[first].emplace_back("");
    all.options[{{"--help", "the commands"},
                 {"--version", "the version, with the commit that it was built from"}}]
        .emplace_back("");
    for (const Command& command : commands) {
        all.commands.emplace_back(command.name);
        add_command(command, all);
        if (auto inner = inner_of(commands, command.name); !inner.empty())
            all.inner[std::move(inner)].emplace_back(command.name);
    }
    return all;
}

} // namespace settled::cli
