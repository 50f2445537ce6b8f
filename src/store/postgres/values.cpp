#include "store/postgres/values.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

namespace settled::store::postgres {

namespace {

// pg_type.dat; these never change.
enum Oid_ : unsigned int {
    bool_oid = 16,
    bytea_oid = 17,
    name_oid = 19,
    int8_oid = 20,
    int2_oid = 21,
    int4_oid = 23,
    text_oid = 25,
    unknown_oid = 705,
    varchar_oid = 1043,
    numeric_oid = 1700,
    void_oid = 2278,
};

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

// How many bytes from `at` on are one well-formed character; 0: none (Unicode, table 3-7).
std::size_t character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return first == 0 ? 0 : 1;
    if (first >= 0xC2 && first <= 0xDF)
        return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = first == 0xED && byte(1) > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && byte(1) < 0x90;
        const bool too_high = first == 0xF4 && byte(1) > 0x8F;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
    }
    return 0;
}

std::uint64_t big_endian(const char* bytes, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
    return value;
}

// Whole numbers only: sums of BIGINT come as numeric. Four 16-bit fields (digits, weight, sign,
// scale), then the digits to base 10000.
std::optional<std::int64_t> whole_numeric(const char* bytes, std::size_t length) {
    constexpr std::uint64_t negative = 0x4000;
    if (length < 8)
        return std::nullopt;
    const auto digits = big_endian(bytes, 2);
    const auto weight = static_cast<std::int16_t>(big_endian(bytes + 2, 2));
    const auto sign = big_endian(bytes + 4, 2);
    if (big_endian(bytes + 6, 2) != 0 || (sign != 0 && sign != negative) ||
        length < 8 + digits * 2 || weight > 4)
        return std::nullopt;
    __int128 value = 0;
    for (int i = 0; i <= weight; ++i) {
        const auto at = static_cast<std::uint64_t>(i);
        value = value * 10'000 + (at < digits ? big_endian(bytes + 8 + at * 2, 2) : 0);
    }
    value = sign == negative ? -value : value;
    if (value > INT64_MAX || value < INT64_MIN)
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

bool copy_cell(unsigned int type, const char* bytes, std::size_t length, Rows& out) {
    switch (type) {
    case int8_oid:
        out.add_integer(static_cast<std::int64_t>(big_endian(bytes, 8)));
        return true;
    case int4_oid:
        out.add_integer(static_cast<std::int32_t>(big_endian(bytes, 4)));
        return true;
    case int2_oid:
        out.add_integer(static_cast<std::int16_t>(big_endian(bytes, 2)));
        return true;
    case bool_oid:
        out.add_integer(bytes[0]);
        return true;
    case numeric_oid:
        if (const auto number = whole_numeric(bytes, length)) {
            out.add_integer(*number);
            return true;
        }
        return false;
    case bytea_oid:
    case text_oid:
    case varchar_oid:
    case name_oid:
    case unknown_oid:
        out.add_bytes({bytes, length});
        return true;
    case void_oid:
        out.add_null();
        return true;
    default:
        return false;
    }
}

} // namespace

bool mend_text(std::string_view text, std::string& mended) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = character_at(text, at);
        if (length == 0)
            break;
        at += length;
    }
    if (at == text.size())
        return false;
    mended.assign(text.substr(0, at));
    while (at < text.size()) {
        const std::size_t length = character_at(text, at);
        mended += length == 0 ? replacement : text.substr(at, length);
        at += std::max<std::size_t>(length, 1);
    }
    return true;
}

Parameters::Parameters(std::span<const Value> values) : count_(static_cast<int>(values.size())) {
    SETTLED_ASSERT(values.size() <= parameters_max, "{} parameters", values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        set(i, values[i]);
}

void Parameters::set(std::size_t index, const Value& value) {
    formats_[index] = 1; // binary
    switch (value.kind) {
    case Value::Kind::null:
        return;
    case Value::Kind::integer: {
        auto number = static_cast<std::uint64_t>(value.integer);
        if constexpr (std::endian::native == std::endian::little)
            number = __builtin_bswap64(number);
        std::memcpy(integers_[index].data(), &number, sizeof number);
        values_[index] = integers_[index].data();
        lengths_[index] = sizeof number;
        types_[index] = int8_oid;
        return;
    }
    case Value::Kind::text:
    case Value::Kind::blob: {
        std::string_view bytes = value.bytes;
        const bool is_text = value.kind == Value::Kind::text;
        if (std::string mended; is_text && mend_text(bytes, mended)) {
            mended_.reserve(parameters_max); // what is pointed to stays where it is
            bytes = mended_.emplace_back(std::move(mended));
        }
        values_[index] = bytes.data() == nullptr ? "" : bytes.data();
        lengths_[index] = static_cast<int>(bytes.size());
        types_[index] = is_text ? text_oid : bytea_oid;
        return;
    }
    }
}

bool copy_rows(const pg_result* result, Rows& out) {
    const int columns = PQnfields(result);
    const int rows = PQntuples(result);
    out.set_columns(static_cast<std::size_t>(columns));
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            if (PQgetisnull(result, row, column)) {
                out.add_null();
                continue;
            }
            const auto length = static_cast<std::size_t>(PQgetlength(result, row, column));
            if (!copy_cell(PQftype(result, column), PQgetvalue(result, row, column), length, out))
                return false;
        }
    const std::string_view changed = PQcmdTuples(const_cast<pg_result*>(result));
    std::int64_t count = 0;
    std::from_chars(changed.data(), changed.data() + changed.size(), count);
    out.set_changed(count);
    return true;
}

} // namespace settled::store::postgres
