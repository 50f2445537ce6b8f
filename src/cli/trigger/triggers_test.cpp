#include "cli/trigger/triggers.h"

#include "cli/commands.h"
#include "domain/event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace settled::cli {
namespace {

TEST(Triggers, name_events_that_there_are_and_options_that_the_command_has) {
    const Command command = trigger_commands().front();
    std::set<std::string_view> names;
    for (const Trigger& trigger : all_triggers()) {
        EXPECT_TRUE(names.insert(trigger.name).second) << trigger.name;
        EXPECT_NE(trigger.run, nullptr) << trigger.name;
        for (const std::string_view event : trigger.events)
            EXPECT_TRUE(domain::is_event_type(event)) << event;
        for (const std::string_view option : trigger.options)
            EXPECT_EQ(std::ranges::count(command.options, option, &Option::name), 1) << option;
    }
    EXPECT_EQ(find_trigger("settlement")->name, "settlement");
    EXPECT_EQ(find_trigger("setlement"), nullptr);
}

} // namespace
} // namespace settled::cli
