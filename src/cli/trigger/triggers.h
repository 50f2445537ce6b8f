// The catalogue of triggers: what each does, which events it waits for, and what it takes.
#pragma once

#include "cli/trigger/scene.h"

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

namespace settled::cli {

struct Trigger {
    std::string_view name;
    std::string_view sentence;             // what happens
    std::vector<std::string_view> events;  // that it waits for; none: it says what it saw
    std::vector<std::string_view> options; // of the command, that it takes
    Result<> (*run)(Scene&) = nullptr;
    std::chrono::seconds lag{0}; // that its events take beyond the usual
};

std::span<const Trigger> all_triggers();
const Trigger* find_trigger(std::string_view name);

std::vector<Trigger> money_in_triggers();
std::vector<Trigger> money_out_triggers();
std::vector<Trigger> loan_triggers();
std::vector<Trigger> webhook_triggers();
std::vector<Trigger> partner_triggers();

} // namespace settled::cli
