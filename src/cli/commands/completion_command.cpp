// `settled completion` and `settled man`: this program for a shell and for a reader.
#include "cli/commands.h"
#include "cli/completion/completion.h"
#include "cli/invocation.h"
#include "cli/manual/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace settled::cli {

namespace {

int run_completion(Invocation& in) {
    const auto name = std::ranges::find(shell_names, in.text("SHELL"));
    const auto shell = static_cast<Shell>(std::distance(shell_names.begin(), name));
    in.out().text(completion(in.commands(), shell));
    return exit_done;
}

int failed(std::string_view what, const std::string& path) {
    fmt::print(stderr, "settled: {} {}\n", path, what);
    return exit_failed;
}

int run_man(Invocation& in) {
    const std::filesystem::path directory = in.text("DIRECTORY");
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        return failed("cannot be made: " + error.message(), directory.string());
    for (const ManualPage& page : manual_pages(in.commands())) {
        const std::string path = (directory / page.file).string();
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << page.text;
        out.close();
        if (!out)
            return failed("cannot be written", path);
    }
    return exit_done;
}

} // namespace

std::vector<Command> completion_commands() {
    return {
        {.name = "completion",
         .sentence = "print what a shell needs to complete commands, options and their values",
         .arguments = {{.name = "SHELL",
                        .help = "bash, zsh or fish",
                        .choices = {shell_names.begin(), shell_names.end()}}},
         .notes = "In bash: source <(settled completion bash). In zsh: the same with zsh, after "
                  "compinit. In fish: settled completion fish | source. It needs no package, and "
                  "completing asks no server.",
         .run = run_completion},
        {.name = "man",
         .sentence = "write the manual pages, settled.1 and one for each command",
         .arguments = {{.name = "DIRECTORY", .help = "where they are written"}},
         .run = run_man},
    };
}

} // namespace settled::cli
