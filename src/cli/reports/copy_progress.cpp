#include "cli/reports/copy_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

constexpr std::size_t bar_width = 30;
constexpr auto redraw_after = std::chrono::milliseconds(100);

std::string_view name_of(store::CopyPhase phase) {
    switch (phase) {
    case store::CopyPhase::reading:
        return "reading";
    case store::CopyPhase::copying:
        return "copying";
    case store::CopyPhase::verifying:
        return "verifying";
    }
    return "";
}

} // namespace

void CopyDisplay::show(const store::CopyProgress& progress) {
    std::string now = fmt::format("{} {}", name_of(progress.phase), progress.table);
    const bool is_new = now != shown_;
    shown_ = std::move(now);
    if (live_)
        return draw(progress);
    if (!is_new)
        return;
    fmt::print(out_, "{}\n", shown_);
    std::fflush(out_);
}

void CopyDisplay::draw(const store::CopyProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - drawn_at_ < redraw_after && progress.done != progress.total)
        return;
    drawn_at_ = now;
    std::string bar;
    if (progress.total > 0) {
        const std::uint64_t done = std::min(progress.done, progress.total);
        const std::size_t filled = done * bar_width / progress.total;
        bar = fmt::format("[{}{}] {:3} %  ", std::string(filled, '#'),
                          std::string(bar_width - filled, '-'), done * 100 / progress.total);
    }
    fmt::print(out_, "\r\x1b[K{}{}  {} rows", bar, shown_, progress.done);
    std::fflush(out_);
    is_open_ = true;
}

void CopyDisplay::end_line() {
    if (!is_open_)
        return;
    fmt::print(out_, "\r\x1b[K");
    std::fflush(out_);
}

} // namespace settled::cli
