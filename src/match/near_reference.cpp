#include "match/near_reference.h"

#include <algorithm>
#include <utility>

namespace settled::match {

namespace {

// How many characters both begin with.
std::size_t same_start(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

} // namespace

bool is_near_reference(std::string_view a, std::string_view b) {
    if (a.size() > b.size())
        std::swap(a, b);
    if (a.size() < near_reference_min || b.size() - a.size() > 1)
        return false;
    const std::size_t same = same_start(a, b);
    if (a.size() == b.size())
        return same < a.size() && a.substr(same + 1) == b.substr(same + 1);
    return a.substr(same) == b.substr(same + 1);
}

bool has_one_more_character(std::string_view a, std::string_view b) {
    return a.size() != b.size() && is_near_reference(a, b);
}

} // namespace settled::match
