#include "scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <utility>

namespace settled::scenario {

namespace {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

// Words apart by spaces; quotes keep spaces together and are dropped.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    bool any = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (!quoted && (c == ' ' || c == '\t')) {
            if (any || !word.empty())
                words.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word.push_back(c);
        }
    }
    if (any || !word.empty())
        words.push_back(word);
    return words;
}

const std::set<std::string> verbs{"payment", "settle",  "again", "wait",
                                  "told",    "reviews", "status"};
const std::set<std::string> flags{"debit", "return"};
const std::set<std::string> known_keys{"ref", "e2e", "uetr",        "payer",
                                       "to",  "at",  "institution", "key"};

Line read_line(std::string_view text, int number) {
    Line line;
    line.number = number;
    line.text = trimmed(text);
    const auto bar = text.rfind('|');
    if (bar == text.npos)
        throw std::runtime_error("line " + std::to_string(number) + " has no verdict");
    line.verdict = trimmed(text.substr(bar + 1));
    auto words = split(text.substr(0, bar));
    if (words.empty() || !verbs.contains(words.front()))
        throw std::runtime_error("line " + std::to_string(number) + " has no known verb");
    line.verb = words.front();
    words.erase(words.begin());
    for (std::string& word : words) {
        const auto equals = word.find('=');
        if (flags.contains(word))
            line.keys[word] = "";
        else if (equals == word.npos)
            line.words.push_back(std::move(word));
        else if (known_keys.contains(word.substr(0, equals)))
            line.keys[word.substr(0, equals)] = word.substr(equals + 1);
        else
            throw std::runtime_error("line " + std::to_string(number) + ": unknown key " + word);
    }
    return line;
}

} // namespace

Scenario read_scenario(const std::string& path) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    Scenario scenario;
    scenario.name = std::filesystem::path(path).stem().string();
    std::string text;
    for (int number = 1; std::getline(file, text); ++number) {
        const std::string line = trimmed(text.substr(0, text.find('#')));
        if (line == "order-free")
            scenario.order_free = true;
        else if (!line.empty())
            scenario.lines.push_back(read_line(line, number));
    }
    if (scenario.lines.empty())
        throw std::runtime_error(path + " has no lines");
    return scenario;
}

std::vector<Scenario> read_scenarios(const std::string& directory) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
            paths.push_back(entry.path().string());
    std::ranges::sort(paths);
    std::vector<Scenario> scenarios;
    for (const std::string& path : paths)
        scenarios.push_back(read_scenario(path));
    return scenarios;
}

} // namespace settled::scenario
