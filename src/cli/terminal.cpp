#include "cli/terminal.h"

#include "cli/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

// Long lines are hard to read: a wider terminal gets margins.
constexpr std::size_t width_max = 84;
constexpr std::size_t width_min = 48;
constexpr std::size_t label_width = 16;
constexpr std::size_t bar_width = 28;

} // namespace

std::size_t Terminal::text_width() const {
    return std::clamp(look_.width, width_min, width_max) - 2;
}

std::string Terminal::indent() const {
    return std::string(mark_width() + 4, ' ');
}

std::string Terminal::toned(Tone tone, std::string_view text) const {
    constexpr std::string_view codes[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[1;31m"};
    if (!look_.colours || tone == Tone::plain || text.empty())
        return std::string(text);
    return fmt::format("{}{}\x1b[0m", codes[static_cast<std::size_t>(tone)], text);
}

std::string Terminal::mark(bool good) const {
    if (look_.unicode)
        return toned(good ? Tone::good : Tone::bad, good ? "✓" : "✗");
    return toned(good ? Tone::good : Tone::bad, good ? "ok  " : "FAIL");
}

std::string Terminal::rule(std::size_t width) const {
    return bar(width, width, width, look_.unicode ? "─" : "-", "");
}

void Terminal::line(std::string_view text) {
    end_progress();
    fmt::print(out_, "{}\n", text);
    std::fflush(out_);
}

void Terminal::empty_line() {
    line("");
}

void Terminal::title(std::string_view name, std::string_view text) {
    line("");
    line("  " + toned(Tone::strong, name));
    sentence(text);
}

void Terminal::scene(int number, std::string_view name, std::string_view text) {
    const std::string head = fmt::format("{}  {} ", number, name);
    const std::size_t taken = columns(head) + 2;
    line("");
    line(
        fmt::format("  {}{}", toned(Tone::strong, head),
                    toned(Tone::faded, rule(text_width() > taken ? text_width() - taken + 2 : 0))));
    sentence(text);
}

void Terminal::sentence(std::string_view text) {
    for (const std::string& part : wrapped(text, text_width() - mark_width() - 2))
        line(indent() + toned(Tone::faded, part));
}

void Terminal::step(bool good, std::string_view what, std::string_view figure) {
    // Aligned without the codes, coloured after.
    const std::string aligned = spread(what, figure, text_width() - mark_width() - 2);
    const std::string_view left(aligned.data(), aligned.size() - figure.size());
    line(fmt::format("  {}  {}{}", mark(good), left, toned(Tone::strong, figure)));
}

void Terminal::passed(std::string_view what, std::string_view figure) {
    step(true, what, figure);
}

void Terminal::failed(std::string_view what, std::string_view expected, std::string_view seen) {
    step(false, what, "");
    fact("expected", expected);
    fact("seen", seen);
}

void Terminal::fact(std::string_view label, std::string_view text, std::string_view faded) {
    line(fmt::format("{}{}{}{}", indent(), toned(Tone::faded, padded(label, label_width)), text,
                     toned(Tone::faded, faded)));
}

void Terminal::row(bool good, std::string_view left, std::string_view right) {
    step(good, left, right);
}

void Terminal::verdict(bool good, std::string_view text) {
    line("");
    line(fmt::format("  {}  {}", mark(good), toned(Tone::strong, text)));
}

void Terminal::progress(std::string_view label, std::size_t done, std::size_t total) {
    if (!look_.live) {
        if (done >= total)
            line(fmt::format("{}{}{} of {}", indent(), padded(label, label_width), done, total));
        return;
    }
    // A line that wraps could not be drawn again in its place.
    const std::string count = fmt::format(" {:>3} of {}", done, total);
    const std::size_t taken = indent().size() + label_width + columns(count) + 1;
    const std::size_t room = std::min(bar_width, look_.width > taken ? look_.width - taken : 0);
    const std::string drawn =
        look_.unicode ? bar(done, total, room, "━", "─") : bar(done, total, room, "#", ".");
    fmt::print(out_, "\r{}{}{}{}", indent(), toned(Tone::faded, padded(label, label_width)),
               toned(Tone::good, drawn), count);
    std::fflush(out_);
    progress_open_ = true;
}

void Terminal::end_progress() {
    if (!progress_open_)
        return;
    progress_open_ = false;
    fmt::print(out_, "\n");
}

} // namespace settled::cli
