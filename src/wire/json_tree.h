// What a JSON text becomes: its bytes, its unescaped strings and one node for every value. Internal
// to the reader (json.h is the way to it).
//
// Nodes refer to each other and to bytes by number, so that a tree can be moved and costs five
// allocations whatever it holds. The children of a container are one run of `children`: that gives
// at(index) in constant time without a list to walk.
#pragma once

#include "wire/json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::wire {

// Bytes of the text as sent, or of the arena of unescaped strings.
struct JsonSlice {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
    bool unescaped = false;
};

struct JsonNode {
    std::uint32_t begin = 0; // of the raw text
    std::uint32_t end = 0;
    std::uint32_t first_child = 0; // in JsonTree::children
    std::uint32_t child_count = 0;
    JsonSlice name;   // when it is an object's member
    JsonSlice string; // when it is a string
    JsonKind kind = JsonKind::null;
};

struct JsonTree {
    std::string text;
    std::string arena;
    std::vector<JsonNode> nodes; // the root is the first
    std::vector<std::uint32_t> children;

    std::string_view view(JsonSlice slice) const {
        const std::string& bytes = slice.unescaped ? arena : text;
        return {bytes.data() + slice.at, slice.size};
    }
};

} // namespace settled::wire
