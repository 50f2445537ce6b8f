// Statements that insert several rows at once: one for a single row, one for two, and so on.
#pragma once

#include "store/session.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace settled::store {

template <std::size_t RowsMax>
using Inserts = std::array<std::unique_ptr<const Statement>, RowsMax>;

// `into`: the table with its columns, `columns` of them; `end` follows the values. The values of a row
// stand one after the other, row after row. Statements borrow their texts from `texts`.
template <std::size_t RowsMax>
Inserts<RowsMax> make_inserts(std::array<std::string, RowsMax>& texts, std::string_view into,
                              std::size_t columns, std::string_view end) {
    Inserts<RowsMax> inserts;
    for (std::size_t rows = 1; rows <= RowsMax; ++rows) {
        std::string& text = texts.at(rows - 1);
        text = fmt::format("INSERT INTO {} VALUES ", into);
        for (std::size_t i = 0; i < rows * columns; ++i)
            text += fmt::format("{}${}{}", i % columns == 0 ? (i == 0 ? "(" : ", (") : ", ", i + 1,
                                i % columns == columns - 1 ? ")" : "");
        text += end;
        inserts.at(rows - 1) = std::make_unique<const Statement>(text);
    }
    return inserts;
}

} // namespace settled::store
