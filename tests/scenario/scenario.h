// A scenario file, read: see README.md for what the lines mean.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace settled::scenario {

struct Line {
    int number = 0;
    std::string text; // for messages
    std::string verb;
    std::vector<std::string> words;          // behind the verb, without keys
    std::map<std::string, std::string> keys; // key=value, and flags with an empty value
    std::string verdict;

    bool has(const std::string& key) const { return keys.contains(key); }
    std::string key(const std::string& name, std::string_view otherwise = "") const {
        const auto found = keys.find(name);
        return found == keys.end() ? std::string(otherwise) : found->second;
    }
};

struct Scenario {
    std::string name;
    bool order_free = false;
    std::vector<Line> lines;
};

// Throws std::runtime_error for a file that cannot be read: scenarios are ours.
Scenario read_scenario(const std::string& path);
// All *.txt of a directory, by name.
std::vector<Scenario> read_scenarios(const std::string& directory);

} // namespace settled::scenario
