// The names of an enum whose values count from 0, in their order.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace settled {

template <class Enum, std::size_t count>
std::optional<Enum> enum_named(const std::array<std::string_view, count>& names,
                               std::string_view name) {
    for (std::size_t i = 0; i < count; ++i)
        if (names[i] == name)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace settled
