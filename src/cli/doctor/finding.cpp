#include "cli/doctor/finding.h"

#include <algorithm>
#include <array>

namespace settled::cli::doctor {

std::string_view token(State state) {
    static constexpr std::array<std::string_view, 4> words{"ok", "warning", "failed", "skipped"};
    return words[static_cast<std::size_t>(state)];
}

void Findings::ok(std::string subject, std::string sentence) {
    all_.push_back({check_, State::ok, std::move(subject), std::move(sentence)});
}

void Findings::warning(std::string subject, std::string sentence, Remedy remedy) {
    all_.push_back(
        {check_, State::warning, std::move(subject), std::move(sentence), std::move(remedy)});
}

void Findings::failed(std::string subject, std::string sentence, Remedy remedy) {
    all_.push_back(
        {check_, State::failed, std::move(subject), std::move(sentence), std::move(remedy)});
}

void Findings::skipped(std::string subject, std::string sentence) {
    all_.push_back({check_, State::skipped, std::move(subject), std::move(sentence)});
}

State worst_of(const std::vector<Finding>& findings) {
    const auto has = [&](State state) {
        return std::ranges::any_of(findings,
                                   [state](const Finding& one) { return one.state == state; });
    };
    return has(State::failed) ? State::failed : has(State::warning) ? State::warning : State::ok;
}

std::string docs_of(std::string_view check) {
    std::string anchor(check);
    std::erase(anchor, '.'); // as GitHub makes the anchor of a heading
    return "docs/operating/doctor.md#" + anchor;
}

} // namespace settled::cli::doctor
