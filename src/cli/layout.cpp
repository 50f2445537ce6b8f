#include "cli/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

std::size_t columns(std::string_view text) {
    // Bytes that continue a character begin with the bits 10.
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string_view text, std::size_t width) {
    std::string line(text);
    const std::size_t taken = columns(text);
    line.append(width > taken ? width - taken : 0, ' ');
    return line;
}

std::string spread(std::string_view left, std::string_view right, std::size_t width) {
    if (right.empty())
        return std::string(left);
    const std::size_t taken = columns(right) + 2;
    return padded(left, width > taken ? width - taken : 0) + "  " + std::string(right);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty())
            continue;
        if (!lines.empty() && columns(lines.back()) + 1 + columns(word) <= width)
            lines.back().append(" ").append(word);
        else
            lines.emplace_back(word);
    }
    return lines;
}

std::string cut_part(std::string_view whole, std::string_view cut, std::string_view filler) {
    if (!whole.starts_with(cut))
        return {};
    std::string shown;
    for (std::size_t i = columns(cut); i < columns(whole); ++i)
        shown += filler;
    return shown;
}

std::string duration_text(std::int64_t us) {
    us = std::max<std::int64_t>(us, 0);
    if (us < 9'995)
        return fmt::format("{}.{:02} ms", (us + 5) / 1000, (us + 5) % 1000 / 10);
    if (us < 99'950)
        return fmt::format("{}.{} ms", (us + 50) / 1000, (us + 50) % 1000 / 100);
    if (us < 9'999'500)
        return fmt::format("{} ms", (us + 500) / 1000);
    return fmt::format("{}.{} s", (us + 50'000) / 1'000'000, (us + 50'000) % 1'000'000 / 100'000);
}

std::optional<std::int64_t> percentile(std::vector<std::int64_t> values, std::size_t percent) {
    if (values.empty())
        return std::nullopt;
    std::ranges::sort(values);
    const std::size_t rank = (values.size() * std::min<std::size_t>(percent, 100) + 99) / 100;
    return values[rank == 0 ? 0 : rank - 1];
}

std::string bar(std::size_t done, std::size_t total, std::size_t width, std::string_view full,
                std::string_view empty) {
    const std::size_t filled = total == 0 ? 0 : std::min(done, total) * width / total;
    std::string text;
    for (std::size_t i = 0; i < width; ++i)
        text += i < filled ? full : empty;
    return text;
}

} // namespace settled::cli
