// What `settled doctor` found: one line, with what to do about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::cli::doctor {

enum class State : std::uint8_t { ok, warning, failed, skipped };
std::string_view token(State state);

// What to do about a warning or a failure. `command` works as pasted; nullopt: no command of ours
// mends it, and `cause` says who does what.
struct Remedy {
    std::string cause;
    std::optional<std::string> command = std::nullopt;
};

struct Finding {
    std::string_view check; // its id, "connector.key"
    State state = State::ok;
    std::string subject; // which connector, endpoint, file; empty: there is only one
    std::string sentence;
    Remedy remedy = {};
};

// What one check found.
class Findings {
  public:
    explicit Findings(std::string_view check) : check_(check) {}

    void ok(std::string subject, std::string sentence);
    void warning(std::string subject, std::string sentence, Remedy remedy);
    void failed(std::string subject, std::string sentence, Remedy remedy);
    // It was not looked at.
    void skipped(std::string subject, std::string sentence);

    const std::vector<Finding>& all() const { return all_; }

  private:
    std::string_view check_;
    std::vector<Finding> all_;
};

// The worst of them: failed, warning, ok. Skipped ones count as ok.
State worst_of(const std::vector<Finding>& findings);
// Where the check is explained: "docs/operating/doctor.md#connectorkey".
std::string docs_of(std::string_view check);

} // namespace settled::cli::doctor
