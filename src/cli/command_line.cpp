#include "cli/command_line.h"

#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/look.h"
#include "cli/version.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace settled::cli {

namespace {

// Long lines are hard to read.
constexpr std::size_t help_width_max = 100;

int print_help(std::span<const Command> commands, const Command* command, std::FILE* out) {
    const std::size_t width = std::min(Look::of(out).width, help_width_max);
    fmt::print(out, "{}",
               command == nullptr ? help_of_all(commands, width)
                                  : help_of(commands, *command, width));
    return exit_done;
}

int print_version(const Given& given) {
    fmt::print("{}\n", given.has("--json") ? version_json() : version_text());
    return exit_done;
}

Printer::Form form_of(const Command& command, const Given& given) {
    if (command.output == Output::plain)
        return Printer::Form::text;
    if (given.has("--json") || given.has("--text"))
        return given.has("--json") ? Printer::Form::json : Printer::Form::text;
    return ::isatty(STDOUT_FILENO) != 0 ? Printer::Form::text : Printer::Form::json;
}

int run(std::span<const Command> commands, const Command& command, Given given) {
    const std::string help = fmt::format("settled help {}", command.name);
    if (given.has("--json") && given.has("--text")) {
        print_usage_error({"give --json or --text, not both", help});
        return exit_usage;
    }
    Target target;
    if (command.place != Place::here) {
        auto chosen = choose_target(command, given, process_environment());
        if (!chosen) {
            print_usage_error({chosen.error(), help});
            return exit_usage;
        }
        target = *std::move(chosen);
    }
    const Printer out(form_of(command, given));
    Invocation in(commands, command, std::move(given), std::move(target), out);
    const int status = command.run(in);
    if (!in.changed_server().empty() && (status == exit_done || status == exit_partly)) {
        std::fflush(stdout);
        fmt::print(stderr, "settled: changed {}\n", in.changed_server());
    }
    return status;
}

} // namespace

int run_command_line(std::span<const Command> commands, std::span<const std::string_view> words) {
    const auto parsed = parse(commands, words);
    if (!parsed) {
        print_usage_error(parsed.error());
        return exit_usage;
    }
    if (parsed->asks_version)
        return print_version(parsed->given);
    if (parsed->asks_help)
        return print_help(commands, parsed->command, stdout);
    // No command is a word too few.
    if (parsed->command == nullptr || parsed->command->is_group()) {
        print_help(commands, parsed->command, stderr);
        return exit_usage;
    }
    return run(commands, *parsed->command, parsed->given);
}

} // namespace settled::cli
