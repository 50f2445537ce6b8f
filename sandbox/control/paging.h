// ?after= and ?limit= of the control API's lists.
#pragma once

#include "net/http.h"

#include <cstdint>
#include <string_view>

namespace settled::sandbox {

struct Page {
    std::int64_t after = 0;
    std::size_t limit = 100;
};
Page page_of(const net::Request& request);

// A number in a path or query; nullopt when the text is none.
std::optional<std::int64_t> number_in(std::string_view text);

} // namespace settled::sandbox
