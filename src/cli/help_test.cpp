#include "cli/help.h"

#include "cli/commands.h"

#include <gmock/gmock.h>

#include <string>

namespace settled::cli {
namespace {

TEST(Help, names_every_command_under_a_heading) {
    const std::vector<Command> all =
        all_commands({{.name = "demo", .sentence = "start it and show it"}});
    const std::string text = help_of_all(all, 100);
    for (const Command& command : all)
        if (!command.name.contains(' '))
            EXPECT_THAT(text, testing::HasSubstr("\n  " + std::string(command.name) + "  "));
}

} // namespace
} // namespace settled::cli
