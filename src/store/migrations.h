// The schema's history, embedded in the binary (migrations/NNNN_name.sql), oldest first. A released
// migration is never edited; a change is a new file.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace settled::store {

struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

std::span<const Migration> migrations();

} // namespace settled::store
