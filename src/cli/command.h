// What a command is, as data. One table of them (commands.h) is all that the command line knows:
// what it takes is read by it (parse.h), and help, suggestions, completion (completion/completion.h) and
// the manual (manual/manual.h) are written from it (command_text.h).
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace settled::cli {

class Invocation;

struct Option {
    std::string_view name;       // "--tenant"
    std::string_view value = {}; // what stands for its value in help: "NAME"; empty: a flag
    std::string_view help = {};  // a clause, with the default if there is one
    std::vector<std::string_view> choices = {}; // the only values; empty: any
    bool required = false;
    bool many = false;   // may be given several times
    bool commas = false; // its value is a list, separated by commas
    bool is_file = false;
    bool is_number = false; // a whole number of the range
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    // Says something that only the operator of a machine may say, where an API key says it itself.
    bool on_the_machine = false;
};

// A word without a name.
struct Argument {
    std::string_view name; // "FILE", as help and errors write it
    std::string_view help;
    std::vector<std::string_view> choices = {};
    bool required = true;
    bool many = false; // the last one: all words that are left
    bool is_file = false;
};

// Where a command does its work.
enum class Place : std::uint8_t {
    here,    // it needs neither a server nor a store
    machine, // the store or the server of this machine: --config, --data, --store
    server,  // the API, here or by --url
};

// What a command prints.
enum class Output : std::uint8_t {
    plain, // for people or for other programs, always the same
    both,  // sentences and tables on a terminal; JSON in a pipe, and with --json
};

struct ExitStatus {
    int status;
    std::string_view meaning;
};

struct Command {
    std::string_view name;     // "keys create"; a group of commands is "keys"
    std::string_view sentence; // what it does, in a clause
    Place place = Place::here;
    Output output = Output::plain;
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    std::string_view notes = {};           // below the options in its help
    std::vector<ExitStatus> statuses = {}; // beyond those that all have, or what one means here
    bool takes_store = true;               // on the machine: --store
    int (*run)(Invocation&) = nullptr;     // nullptr: a group, whose commands say what is done

    bool is_group() const { return run == nullptr; }
};

// Exit statuses; there are no others, except those of a signal.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1; // refused, failed, not found, or something was found
inline constexpr int exit_usage = 2;  // the words or the configuration are wrong; nothing was done
inline constexpr int exit_partly = 3; // done in part

} // namespace settled::cli
