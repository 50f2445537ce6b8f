#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace settled {

namespace {

// Longer words are no typing errors, and comparing takes time in proportion.
constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t beginning_bytes_min = 3;

// How many letters must be added, dropped, changed or swapped with their neighbour (optimal string
// alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1); // of the row before the last
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
    if (word.empty() || word.size() > word_bytes_max)
        return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
    for (const std::string_view candidate : known) {
        const std::size_t far = distance(word, candidate);
        if (far < best_distance && far < candidate.size()) {
            best = candidate;
            best_distance = far;
        }
    }
    if (best || word.size() < beginning_bytes_min)
        return best;
    const auto begins = [word](std::string_view candidate) { return candidate.starts_with(word); };
    if (std::ranges::count_if(known, begins) == 1)
        best = *std::ranges::find_if(known, begins);
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const auto meant = nearest(word, known);
    return meant ? "; did you mean \"" + std::string(*meant) + "\"?" : std::string();
}

} // namespace settled
