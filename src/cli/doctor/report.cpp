#include "cli/doctor/report.h"

#include "cli/layout.h"
#include "cli/table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli::doctor {

namespace {

constexpr std::size_t text_width_max = 100;
constexpr std::size_t text_width_min = 40;
constexpr std::size_t state_width = 8; // "warning", and a space

std::string_view colour_of(State state) {
    switch (state) {
    case State::ok:
        return "\x1b[32m";
    case State::warning:
        return "\x1b[33m";
    case State::failed:
        return "\x1b[1;31m";
    case State::skipped:
        break;
    }
    return "\x1b[2m";
}

std::string coloured(std::string text, State state, const Look& look) {
    return look.colours ? fmt::format("{}{}\x1b[0m", colour_of(state), text) : text;
}

// A label and a text below a finding, broken where the screen ends.
std::string below(std::string_view label, std::string_view text, std::size_t indent,
                  std::size_t width) {
    std::string out;
    std::string_view first = label;
    for (const std::string& line : wrapped(text, width)) {
        out += fmt::format("{}{:<6}{}\n", std::string(indent, ' '), first, line);
        first = "";
    }
    return out;
}

std::string text_of(const Finding& one, std::size_t check_width, const Look& look) {
    const std::size_t indent = state_width + check_width + 2;
    const std::size_t screen = std::min(look.width, indent + text_width_max);
    const std::size_t width = std::max(screen, indent + text_width_min) - indent;
    const std::string subject = one.subject.empty() ? "" : one.subject + ": ";
    std::string out = coloured(padded(token(one.state), state_width), one.state, look);
    out += padded(one.check, check_width + 2);
    std::size_t begin = 0;
    for (const std::string& line : wrapped(safe(subject + one.sentence), width)) {
        out += std::string(begin, ' ') + line + "\n";
        begin = indent;
    }
    if (!one.remedy.cause.empty())
        out += below("why", safe(one.remedy.cause), indent, width - 6);
    if (one.remedy.command) // never broken: it is to be pasted
        out += fmt::format("{}{:<6}{}\n", std::string(indent, ' '), "do", *one.remedy.command);
    return out;
}

std::string summary_of(const std::vector<Finding>& findings) {
    const auto count = [&](State state) {
        return std::ranges::count(findings, state, &Finding::state);
    };
    return fmt::format("{} ok, {} to look at, {} failed, {} not looked at", count(State::ok),
                       count(State::warning), count(State::failed), count(State::skipped));
}

} // namespace

std::string as_text(const std::vector<Finding>& findings, const Look& look) {
    std::size_t check_width = 0;
    for (const Finding& one : findings)
        check_width = std::max(check_width, columns(one.check));
    std::string out;
    for (const Finding& one : findings)
        out += text_of(one, check_width, look);
    return out + "\n" + coloured(summary_of(findings), worst_of(findings), look) + "\n";
}

std::string as_json(const std::vector<Finding>& findings) {
    wire::JsonWriter w;
    w.object().member("state", token(worst_of(findings))).key("data").array();
    for (const Finding& one : findings) {
        w.object().member("check", one.check).member("state", token(one.state));
        w.member("subject", one.subject).member("sentence", one.sentence);
        w.member("cause", one.remedy.cause).member("command", one.remedy.command);
        w.member("docs", docs_of(one.check)).end();
    }
    w.end().key("next").null().end();
    return std::move(w).text();
}

} // namespace settled::cli::doctor
