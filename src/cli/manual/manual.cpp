#include "cli/manual/manual.h"

#include "cli/command_text.h"
#include "cli/parse.h"
#include "server/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace settled::cli {

namespace {

// One character of UTF-8 that is more than a byte, as roff names it. The text is our own.
std::string wide_character(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
        code = (code << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
    at += length - 1;
    return fmt::format("\\[u{:04X}]", code);
}

std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '"')
            out += "\\(dq";
        else if ((c == '.' || c == '\'') && i == 0)
            out.append("\\&").append(1, c);
        else if (static_cast<unsigned char>(c) >= 0x80)
            out += wide_character(text, i);
        else
            out += c;
    }
    return out;
}

std::string page_name(std::string_view command) {
    std::string name = command.empty() ? "settled" : fmt::format("settled-{}", command);
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string head(std::string_view command, std::string_view sentence) {
    const std::string name = page_name(command);
    std::string title;
    for (const char c : name)
        title += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return fmt::format(".TH {} 1 \"{}\" \"settled {}\" \"settled\"\n.SH NAME\n{} \\- {}\n",
                       escaped(title), server::commit_date, server::version, escaped(name),
                       escaped(sentence));
}

std::string section(std::string_view title, const Entries& entries) {
    if (entries.empty())
        return {};
    std::string out = fmt::format(".SH {}\n", title);
    for (const auto& [label, text] : entries)
        out += fmt::format(".TP\n.B {}\n{}\n", escaped(label), escaped(text));
    return out;
}

std::string see_also(const std::vector<std::string>& pages) {
    std::string out = ".SH SEE ALSO\n";
    for (std::size_t i = 0; i < pages.size(); ++i)
        out += fmt::format(".BR {} (1){}\n", escaped(pages[i]), i + 1 < pages.size() ? " ," : "");
    return out;
}

// The group of "keys create" is "keys"; of "keys" there is none.
std::string_view group_of(std::string_view command) {
    const std::size_t space = command.rfind(' ');
    return space == command.npos ? "" : command.substr(0, space);
}

std::vector<std::string> neighbours(std::span<const Command> commands, const Command& command) {
    std::vector<std::string> pages{"settled"};
    const std::string_view group = command.is_group() ? command.name : group_of(command.name);
    if (group.empty())
        return pages;
    if (group != command.name)
        pages.push_back(page_name(group));
    for (const auto& [name, sentence] : commands_behind(commands, group))
        if (name != command.name)
            pages.push_back(page_name(name));
    return pages;
}

std::string page_of(std::span<const Command> commands, const Command& command) {
    std::string out = head(command.name, command.sentence);
    out += fmt::format(".SH SYNOPSIS\n.B {}\n", escaped(synopsis(command)));
    out += section("COMMANDS", commands_behind(commands, command.name));
    if (!command.is_group()) {
        if (!command.notes.empty() || command.place == Place::machine)
            out += ".SH DESCRIPTION\n";
        if (!command.notes.empty())
            out += escaped(command.notes) + "\n";
        if (!command.notes.empty() && command.place == Place::machine)
            out += ".PP\n";
        if (command.place == Place::machine)
            out += fmt::format("{}\n", escaped(machine_sentence));
        out += section("ARGUMENTS", arguments_in(command));
        out += section("OPTIONS", options_in(command));
        out += section("EXIT STATUS", statuses_in(command));
    }
    return out + see_also(neighbours(commands, command));
}

const Entries& environment() {
    static const Entries all{
        {"SETTLED_URL", "the server that commands talk to, https://…; an option counts before it"},
        {"SETTLED_KEY", "an API key of that server"},
        {"SETTLED_KEY_FILE", "or the file that holds it, closed to others"},
        {"SETTLED_CA", "a file of authorities to trust for that server"},
        {"SETTLED_DATA", "the data directory of the server on this machine"},
        {"SETTLED_STORE_URL", "the store, postgresql://…"},
        {"SETTLED_SANDBOX", "the sandbox that settled trigger makes things happen in"},
        {"NO_COLOR", "turns colours off"},
    };
    return all;
}

std::string main_page(std::span<const Command> commands) {
    std::string out = head("", "notifies a business the moment its money has really moved");
    out += ".SH SYNOPSIS\n.B settled\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
    std::vector<std::string> pages;
    for (const Heading& heading : headings()) {
        out += fmt::format(".SS {}\n", escaped(heading.title));
        for (const std::string_view name : heading.commands)
            if (const Command* const command = find_command(commands, name)) {
                out += fmt::format(".TP\n.B {}\n{}\n", escaped(name), escaped(command->sentence));
                pages.push_back(page_name(name));
            }
    }
    out +=
        section("OPTIONS", {{"help [COMMAND]", "what a command takes, does and answers"},
                            {"--version", "the version, with the commit that it was built from"}});
    Command any;
    any.statuses = {{exit_partly, "done in part"}};
    out += section("EXIT STATUS", statuses_in(any));
    out += section("ENVIRONMENT", environment());
    return out + see_also(pages);
}

} // namespace

std::vector<ManualPage> manual_pages(std::span<const Command> commands) {
    std::vector<ManualPage> pages{{"settled.1", main_page(commands)}};
    for (const Command& command : commands)
        pages.push_back({page_name(command.name) + ".1", page_of(commands, command)});
    return pages;
}

} // namespace settled::cli
