// One use of a command: what it was given, where it works, how it speaks.
#pragma once

#include "cli/client/api_session.h"
#include "cli/client/target.h"
#include "cli/parse.h"
#include "cli/printer.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace settled::cli {

class Invocation {
  public:
    // `commands`: the whole table, which holds the command.
    Invocation(std::span<const Command> commands, const Command& command, Given given,
               Target target, Printer out)
        : command_(command), given_(std::move(given)), target_(std::move(target)), out_(out),
          commands_(commands) {}

    std::span<const Command> commands() const { return commands_; }

    // What was given, by the names of options and arguments.
    bool has(std::string_view name) const { return given_.has(name); }
    std::string text(std::string_view name, std::string_view otherwise = "") const {
        return given_.text(name, otherwise);
    }
    std::vector<std::string> all(std::string_view name) const { return given_.all(name); }
    template <class Number>
    Number number(std::string_view name, Number otherwise) const {
        const auto given = given_.number(name);
        return given ? static_cast<Number>(*given) : otherwise;
    }

    const Printer& out() const { return out_; }
    // It talks to a server by its URL.
    bool is_remote() const { return target_.remote.has_value(); }
    // Which one; nullopt: this machine, or api() has it now.
    const std::optional<RemoteServer>& remote() const { return target_.remote; }

    // The settings of this machine. nullopt: all that is wrong with them was printed, and the
    // command ends with exit_usage.
    std::optional<server::Config> config() const;
    // Why there are no settings, without printing it.
    std::expected<server::Config, std::vector<server::ConfigProblem>> load_config() const {
        return target_.local.load();
    }
    // The API, once; nullopt as above.
    std::optional<ApiSession> api();

    // What was given is wrong in a way that the table cannot say: printed as such. Gives
    // exit_usage.
    int usage(std::string_view message) const;
    // Which server was changed is said when the command ends.
    void changed(std::string server) { changed_ = std::move(server); }
    const std::string& changed_server() const { return changed_; }

  private:
    const Command& command_;
    Given given_;
    Target target_;
    Printer out_;
    std::string changed_;
    std::span<const Command> commands_;
};

// "settled: …" and where help is, to standard error.
void print_usage_error(const UsageError& error);

// A call whose good answer is shown: `text` writes it for a terminal. Gives the exit status.
int show(Invocation& in, const ApiCall& call, std::string (*text)(const wire::Json&));

// A list: its pages joined, up to --limit, or --all. `text` writes the table.
int show_list(Invocation& in, const std::string& target,
              std::string (*text)(const std::vector<wire::Json>&));
// What a list takes.
std::vector<Option> with_list_options(std::vector<Option> options);
// --tenant, of the machine alone; `whose`: "whose keys (default main)".
Option tenant_option(std::string_view whose);

} // namespace settled::cli
