// Lists with a filter: one search for each status, each in the order of ids and as long as the list
// may be, merged into one list in that order. So each search reads only rows that it wants.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace settled::store {

// The statuses to search: `one`, or all of them when it is empty.
inline std::vector<std::string_view> wanted(std::string_view one,
                                            std::span<const std::string_view> all) {
    return one.empty() ? std::vector<std::string_view>(all.begin(), all.end())
                       : std::vector<std::string_view>{one};
}

template <class T>
void keep_newest(std::vector<T>& rows, std::size_t limit) {
    std::ranges::sort(rows, std::ranges::greater{}, &T::id);
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows.size())),
               rows.end());
}

template <class T>
void keep_oldest(std::vector<T>& rows, std::size_t limit) {
    std::ranges::sort(rows, std::ranges::less{}, &T::id);
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows.size())),
               rows.end());
}

} // namespace settled::store
