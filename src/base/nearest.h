// What a mistyped word may have meant: for commands, options, settings and the fixed values of the
// API.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled {

// The nearest of `known`: a letter in three, rounded, may be added, lost, changed or swapped with
// its neighbour, and at least one; or three letters or more are how exactly one of them begins.
// nullopt when none is near. The first of several that are equally near.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

// "; did you mean \"status\"?", or nothing when none is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

} // namespace settled
