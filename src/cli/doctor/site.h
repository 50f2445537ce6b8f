// What is looked at: a server with its machine, or a server elsewhere; and what was learnt of it.
#pragma once

#include "cli/doctor/bank_trial.h"
#include "cli/invocation.h"
#include "server/open_store.h"

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::cli::doctor {

// A sentence for people: why something could not be learnt.
template <class T>
using Learnt = std::expected<T, std::string>;

class Site {
  public:
    Site(Invocation& in, std::span<const Command> commands);

    bool is_remote() const { return in_.is_remote(); }
    bool connects() const { return in_.has("--connect"); }
    std::chrono::seconds wait_max() const;

    // Of this machine; nullptr: it is elsewhere, or the settings are wrong.
    const server::Config* config() const;
    const std::vector<server::ConfigProblem>& config_problems() const { return problems_; }
    std::string data_directory() const; // absolute

    // The store of this machine, opened to be read, and its master key.
    const Result<server::OpenedStore>& store();
    // What /readyz says; an error when no server answers.
    const Learnt<Answered>& readiness();
    bool server_runs() { return readiness().has_value(); }

    // The API of the server, or of the store where no server runs.
    Learnt<Answered> ask(std::string method, std::string target);
    // The first items of a list, at most that many.
    Learnt<std::vector<wire::JsonDocument>> list(const std::string& target, std::size_t most);
    // The connectors of the tenant, asked for once.
    const Learnt<std::vector<wire::JsonDocument>>& connectors();
    // The bank is called, once for each connector.
    const BankTrial& trial_of(const wire::Json& connector);

    // "settled WORDS --data /var/lib/settled", to be pasted anywhere; nullopt: there is no such
    // command. `words` begins with the command's name.
    std::optional<std::string> command(std::string_view name, std::string_view words = "") const;
    // A command of the system: "chmod 700 /var/lib/settled".
    static std::string shell(std::string_view command, const std::string& path);

  private:
    Result<net::Response> call(const ApiCall& call);
    std::string where() const;

    Invocation& in_;
    std::span<const Command> commands_;
    std::optional<server::Config> config_;
    std::vector<server::ConfigProblem> problems_;
    std::optional<ApiSession> api_;
    std::optional<Result<server::OpenedStore>> store_;
    std::optional<Learnt<Answered>> readiness_;
    std::optional<Learnt<std::vector<wire::JsonDocument>>> connectors_;
    std::map<std::string, BankTrial, std::less<>> trials_;
};

// "title: detail" of a problem document, or the status.
std::string reason_of(const net::Response& refusal);
std::string reason_of(const Error& error);

} // namespace settled::cli::doctor
