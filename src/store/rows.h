// What a statement answered: rows, copied out of the engine into one buffer.
#pragma once

#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

class Rows;

// One row; valid as long as its Rows.
class Row {
  public:
    bool is_null(std::size_t column) const;
    std::int64_t integer(std::size_t column) const;
    std::string_view text(std::size_t column) const;
    std::string string(std::size_t column) const { return std::string(text(column)); }
    BytesView blob(std::size_t column) const { return as_bytes(text(column)); }
    Instant instant(std::size_t column) const { return {integer(column)}; }
    template <class IdType>
    IdType id(std::size_t column) const {
        return IdType{integer(column)};
    }

  private:
    friend class Rows;
    Row(const Rows& rows, std::size_t first) : rows_(rows), first_(first) {}
    const Rows& rows_;
    std::size_t first_;
};

class Rows {
  public:
    std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    bool empty() const { return cells_.empty(); }
    std::size_t columns() const { return columns_; }
    Row operator[](std::size_t index) const { return {*this, index * columns_}; }
    Row front() const { return (*this)[0]; }
    // Rows inserted, updated or deleted.
    std::int64_t changed() const { return changed_; }

    // For engines.
    void set_columns(std::size_t columns) { columns_ = columns; }
    void set_changed(std::int64_t changed) { changed_ = changed; }
    void add_null() { cells_.push_back({Kind::null, 0, 0}); }
    void add_integer(std::int64_t value) { cells_.push_back({Kind::integer, value, 0}); }
    void add_bytes(std::string_view bytes) {
        cells_.push_back({Kind::bytes, static_cast<std::int64_t>(buffer_.size()), bytes.size()});
        buffer_.append(bytes);
    }

  private:
    friend class Row;
    enum class Kind : std::uint8_t { null, integer, bytes };
    struct Cell {
        Kind kind;
        std::int64_t value; // the integer, or where the bytes begin
        std::size_t length;
    };
    std::size_t columns_ = 0;
    std::int64_t changed_ = 0;
    std::vector<Cell> cells_;
    std::string buffer_;
};

inline bool Row::is_null(std::size_t column) const {
    return rows_.cells_[first_ + column].kind == Rows::Kind::null;
}

inline std::int64_t Row::integer(std::size_t column) const {
    const Rows::Cell& cell = rows_.cells_[first_ + column];
    SETTLED_ASSERT(cell.kind == Rows::Kind::integer, "column {} is no integer", column);
    return cell.value;
}

inline std::string_view Row::text(std::size_t column) const {
    const Rows::Cell& cell = rows_.cells_[first_ + column];
    SETTLED_ASSERT(cell.kind == Rows::Kind::bytes, "column {} is no text", column);
    return std::string_view(rows_.buffer_)
        .substr(static_cast<std::size_t>(cell.value), cell.length);
}

} // namespace settled::store
