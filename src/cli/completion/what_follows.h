// What may follow a word of the command line, as data for the completions of all shells.
#pragma once

#include "cli/command.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::cli {

enum class ValueKind : std::uint8_t {
    text, // anything: nothing is offered
    word, // one of the words
    list, // some of the words, separated by commas
    file,
    directory,
};

// What a value may be.
struct Values {
    ValueKind kind = ValueKind::text;
    std::vector<std::string_view> words;

    friend auto operator<=>(const Values&, const Values&) = default;
};

// A word and what is said of it, in a line.
using Offer = std::pair<std::string, std::string>;

// Each rule with the places that it is for: "keys create", "keys create --scopes", "import 0"; so
// that a rule of many places is written once.
struct WhatFollows {
    std::vector<std::string> commands;                            // all of them, "keys create"
    std::map<std::vector<Offer>, std::vector<std::string>> inner; // commands behind a group
    std::map<std::vector<Offer>, std::vector<std::string>> options;
    std::map<Values, std::vector<std::string>> option_values;
    std::map<Values, std::vector<std::string>> arguments; // by number; "import more": of the rest
};

WhatFollows what_follows(std::span<const Command> commands);

} // namespace settled::cli
