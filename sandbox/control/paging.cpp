#include "sandbox/control/paging.h"

#include "sandbox/bounds.h"

#include <algorithm>
#include <charconv>

namespace settled::sandbox {

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value < 0)
        return std::nullopt;
    return value;
}

Page page_of(const net::Request& request) {
    Page page;
    if (const auto after = request.parameter("after"))
        page.after = number_in(*after).value_or(0);
    if (const auto limit = request.parameter("limit"))
        page.limit = static_cast<std::size_t>(number_in(*limit).value_or(100));
    page.limit = std::clamp<std::size_t>(page.limit, 1, bounds::page_max);
    return page;
}

} // namespace settled::sandbox
