#include "store/copy/copy_state.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace settled::store {

namespace {

// Lines: the source's digest, the table, then a line for each column of the key, its letter first.
std::string line_of(const KeyCell& cell) {
    if (cell.kind == Value::Kind::integer)
        return "i" + std::to_string(cell.integer) + "\n";
    return (cell.kind == Value::Kind::text ? "t" : "b") + to_hex(as_bytes(cell.bytes)) + "\n";
}

std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0)
        return std::nullopt;
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
        if (error != std::errc() || end != hex.data() + at + 2)
            return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

std::optional<KeyCell> cell_of(std::string_view line) {
    if (line.empty())
        return std::nullopt;
    const std::string_view rest = line.substr(1);
    if (line.front() == 'i') {
        KeyCell cell;
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), cell.integer);
        if (error != std::errc() || end != rest.data() + rest.size())
            return std::nullopt;
        return cell;
    }
    auto bytes = from_hex(rest);
    if (!bytes || (line.front() != 't' && line.front() != 'b'))
        return std::nullopt;
    const auto kind = line.front() == 't' ? Value::Kind::text : Value::Kind::blob;
    return KeyCell{kind, 0, std::move(*bytes)};
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

} // namespace

Value KeyCell::value() const {
    switch (kind) {
    case Value::Kind::integer:
        return {integer};
    case Value::Kind::text:
        return {std::string_view(bytes)};
    case Value::Kind::blob:
        return {as_bytes(bytes)};
    case Value::Kind::null:
        break;
    }
    return {};
}

CopyKey key_before_all(const CopiedTable& table) {
    CopyKey key;
    for (std::size_t i = 0; i < table.keys; ++i)
        key.push_back({table.columns[i].kind, std::numeric_limits<std::int64_t>::min(), {}});
    return key;
}

CopyKey key_of(const CopiedTable& table, const Row& row) {
    CopyKey key = key_before_all(table);
    for (std::size_t i = 0; i < table.keys; ++i)
        if (key[i].kind == Value::Kind::integer)
            key[i].integer = row.integer(i);
        else
            key[i].bytes = row.string(i);
    return key;
}

Bytes encode(const CopyState& state) {
    std::string text = to_hex(state.source) + "\n" + state.table + "\n";
    for (const KeyCell& cell : state.after)
        text += line_of(cell);
    const BytesView bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Result<CopyState> decode_copy_state(BytesView bytes) {
    const auto damaged = fail(Code::store_corrupt, "the note of how far the copy has come cannot "
                                                   "be read; copy into an empty target");
    const auto lines = lines_of(as_text(bytes));
    if (lines.size() < 2)
        return damaged;
    CopyState state;
    const auto digest = from_hex(lines[0]);
    if (!digest || digest->size() != state.source.size())
        return damaged;
    std::ranges::copy(as_bytes(*digest), state.source.begin());
    state.table = lines[1];
    for (const std::string_view line : std::span(lines).subspan(2)) {
        auto cell = cell_of(line);
        if (!cell)
            return damaged;
        state.after.push_back(std::move(*cell));
    }
    return state;
}

} // namespace settled::store
