#include "cli/progress.h"

#include "cli/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

constexpr std::size_t indent = 4;
constexpr std::size_t label_width = 16;
constexpr std::size_t bar_width = 28;

} // namespace

void Progress::show(std::string_view what, std::size_t done, std::size_t total) {
    if (!look_.live)
        return;
    // A line that wraps could not be drawn again in its place.
    const std::string count = fmt::format(" {:>3} of {}", done, total);
    const std::size_t taken = indent + label_width + columns(count) + 1;
    const std::size_t room = std::min(bar_width, look_.width > taken ? look_.width - taken : 0);
    const std::string drawn =
        look_.unicode ? bar(done, total, room, "━", "─") : bar(done, total, room, "#", ".");
    fmt::print(out_, "\r\x1b[K{}{}{}{}", std::string(indent, ' '), padded(what, label_width), drawn,
               count);
    std::fflush(out_);
    is_shown_ = true;
}

void Progress::end() {
    if (!is_shown_)
        return;
    is_shown_ = false;
    fmt::print(out_, "\r\x1b[K");
    std::fflush(out_);
}

} // namespace settled::cli
