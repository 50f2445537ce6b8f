#include "cli/command_line.h"
#include "cli/commands.h"
#include "demo/demo_command.h"
#include "dev/dev_command.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdio>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
    using namespace settled;
    ::umask(077); // what we make is ours alone, except what is given another mode
    const std::vector<std::string_view> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    try {
        std::vector<cli::Command> above = dev::dev_commands();
        for (const cli::Command& command : demo::demo_commands())
            above.push_back(command);
        return cli::run_command_line(cli::all_commands(above), words);
    } catch (const std::exception& error) {
        fmt::print(stderr, "settled: {}\n", error.what());
        return cli::exit_failed;
    }
}
