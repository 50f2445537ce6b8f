#include "cli/help.h"

#include "cli/command_text.h"
#include "cli/layout.h"
#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

constexpr std::size_t label_max = 26; // a longer one has a line of its own
constexpr std::size_t gap = 2;

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
    if (command.place == Place::machine)
        out += "\n" + paragraph(machine_sentence, width);
    out += section("Exit status", statuses_in(command), width);
    return out;
}

} // namespace settled::cli
