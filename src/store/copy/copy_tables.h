// The tables of the store as a copy sees them: their columns, in which order their rows are read,
// and a statement to read a page of them and one to write a row, made from that.
//
// A test compares the list with what the migrations make: a column that is added there and not
// here fails it.
#pragma once

#include "store/session.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct CopiedColumn {
    Value::Kind kind;
    std::string name;
};

struct CopiedTable {
    std::string name;
    std::vector<CopiedColumn> columns;
    std::size_t keys = 0;      // the first so many columns are the primary key
    std::size_t page_rows = 0; // read and written at a time
    std::string page_text, insert_text;
    // Rows after a key, in the order of keys: $1… is the key, the last parameter the limit.
    std::unique_ptr<const Statement> page;
    std::unique_ptr<const Statement> insert;
};

// Every table except the engine's own. All statements are made before main().
std::span<const CopiedTable> copied_tables();

} // namespace settled::store
