// Words to a command and its arguments. Pure: it reads no environment, and of files only whether
// they are there.
//
// A word that is wrong is an error whatever follows, `--help` included. Options stand after the
// command, as `--name value` or `--name=value`; `--` ends them.
#pragma once

#include "cli/command.h"

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::cli {

// What a command was given, by the names of its options and arguments.
class Given {
  public:
    bool has(std::string_view name) const { return values_.contains(name); }
    // The value, or what is meant when it was left out.
    std::string text(std::string_view name, std::string_view otherwise = "") const;
    std::optional<std::int64_t> number(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

    void add(std::string_view name, std::string value);

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Parsed {
    const Command* command = nullptr; // nullptr: the program as a whole
    Given given;
    bool asks_help = false;
    bool asks_version = false;
};

// What was not understood and what to do, a sentence; and which command's help to look at.
struct UsageError {
    std::string message;
    std::string help; // "settled help keys create"
};

// `words`: without the program's name. No words at all are no error: they ask for help.
std::expected<Parsed, UsageError> parse(std::span<const Command> commands,
                                        std::span<const std::string_view> words);

// The command or group of that name; nullptr: there is none.
const Command* find_command(std::span<const Command> commands, std::string_view name);
// What a command takes: its own options, and those that all commands of its place have.
std::vector<Option> options_of(const Command& command);

} // namespace settled::cli
