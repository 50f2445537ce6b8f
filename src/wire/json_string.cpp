// Strings of the JSON scanner: finding their end, undoing their escapes.
#include "wire/json_scanner.h"

#include <bit>
#include <cstring>

namespace settled::wire {
namespace {

constexpr std::uint64_t every(std::uint8_t byte) {
    return 0x0101010101010101u * byte;
}

// The high bit of each byte of `word` that is zero; bytes above the first such one may be marked
// wrongly, which does not matter to who only looks for the first.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
    return (word - every(1)) & ~word & every(0x80);
}

// The first byte from `at` on that ends a plain run: a quote, a backslash or a control character
// (the text's final NUL is one). Eight bytes at a time while as many are left.
const char* skip_plain(const char* at, const char* end) {
    static_assert(std::endian::native == std::endian::little,
                  "the first byte of a word must be its lowest");
    while (end - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t control = (word - every(0x20)) & ~word & every(0x80);
        const std::uint64_t stops =
            control | zero_bytes(word ^ every('"')) | zero_bytes(word ^ every('\\'));
        if (stops != 0)
            return at + std::countr_zero(stops) / 8;
        at += 8;
    }
    while (static_cast<std::uint8_t>(*at) >= 0x20 && *at != '"' && *at != '\\')
        ++at;
    return at;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    const auto tail = [&](int shift) { put(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        tail(6);
        tail(0);
    } else {
        put(0xF0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

} // namespace

// at_ stands on the opening quote; afterwards behind the closing one.
bool JsonScanner::string(JsonSlice& out) {
    const char* const begin = ++at_;
    at_ = skip_plain(at_, end_);
    if (*at_ == '"') {
        out = {offset(begin), static_cast<std::uint32_t>(at_ - begin), false};
        ++at_;
    } else if (!unescape(begin, out)) {
        return false;
    }
    return out.size <= limits::json_string_bytes_max ||
           refuse(Code::json_too_large, "a string has more than 512 KiB");
}

bool JsonScanner::unescape(const char* begin, JsonSlice& out) {
    std::string& arena = tree_.arena;
    const std::size_t start = arena.size();
    const char* plain = begin;
    while (true) {
        arena.append(plain, at_);
        if (*at_ == '"')
            break;
        if (*at_ != '\\')
            return refuse(at_ == end_ ? "a string does not end"
                                      : "a control character in a string");
        ++at_;
        if (!escape())
            return false;
        plain = at_;
        at_ = skip_plain(at_, end_);
    }
    ++at_;
    out = {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(arena.size() - start),
           true};
    return true;
}

// at_ stands behind the backslash.
bool JsonScanner::escape() {
    const char c = *at_;
    if (c == 'u') {
        ++at_;
        return unicode_escape();
    }
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t index = letters.find(c);
    if (index == std::string_view::npos)
        return refuse("an escape that does not exist");
    tree_.arena.push_back(meanings[index]);
    ++at_;
    return true;
}

// at_ stands behind "\u". Characters beyond U+FFFF come as a pair of surrogates; half a pair is no
// character.
bool JsonScanner::unicode_escape() {
    std::uint32_t unit = 0;
    if (!hex4(unit))
        return false;
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return refuse("a lone surrogate");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (at_[0] != '\\' || at_[1] != 'u')
            return refuse("a lone surrogate");
        at_ += 2;
        std::uint32_t low = 0;
        if (!hex4(low))
            return false;
        if (low < 0xDC00 || low > 0xDFFF)
            return refuse("a lone surrogate");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(tree_.arena, unit);
    return true;
}

bool JsonScanner::hex4(std::uint32_t& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char c = *at_;
        std::uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<std::uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<std::uint32_t>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<std::uint32_t>(c - 'A') + 10;
        else
            return refuse("expected four hexadecimal digits");
        unit = unit << 4 | digit;
    }
    return true;
}

} // namespace settled::wire
