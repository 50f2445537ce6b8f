// The schema's history, embedded in the binary (migrations/NNNN_name.sql), oldest first. A released
// migration is never edited; a change is a new file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace settled::store {

struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

std::span<const Migration> migrations();

// The version that this program brings a store to.
std::int64_t newest_schema();
// "the store has schema 35, this program's is 37; …"
std::string other_schema(std::int64_t have);

} // namespace settled::store
