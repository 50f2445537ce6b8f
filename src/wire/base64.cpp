#include "wire/base64.h"

#include <array>

namespace settled::wire {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Six bits for a letter of the alphabet, 0xFF for every other byte.
constexpr std::array<std::uint8_t, 256> sextets = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(0xFF);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

std::uint32_t sextet(char c) {
    return sextets[static_cast<std::uint8_t>(c)];
}

std::size_t padding_of(std::string_view text) {
    if (text.ends_with("=="))
        return 2;
    return text.ends_with('=') ? 1 : 0;
}

} // namespace

std::string to_base64(BytesView bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t group =
            std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
        for (const int shift : {18, 12, 6, 0})
            out.push_back(alphabet[group >> shift & 63]);
    }
    const std::size_t rest = bytes.size() - i;
    if (rest > 0) {
        const std::uint32_t group =
            std::uint32_t{bytes[i]} << 16 | (rest == 2 ? std::uint32_t{bytes[i + 1]} << 8 : 0);
        out.push_back(alphabet[group >> 18]);
        out.push_back(alphabet[group >> 12 & 63]);
        out.push_back(rest == 2 ? alphabet[group >> 6 & 63] : '=');
        out.push_back('=');
    }
    return out;
}

Result<Bytes> parse_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return fail(Code::base64_invalid, "the length is not a multiple of four");
    const std::size_t padding = padding_of(text);
    const std::string_view letters = text.substr(0, text.size() - padding);
    for (const char c : letters)
        if (sextet(c) == 0xFF)
            return fail(Code::base64_invalid, "a character is outside the alphabet");

    Bytes out;
    out.reserve(text.size() / 4 * 3);
    std::size_t i = 0;
    for (; i + 4 <= letters.size(); i += 4) {
        const std::uint32_t group = sextet(letters[i]) << 18 | sextet(letters[i + 1]) << 12 |
                                    sextet(letters[i + 2]) << 6 | sextet(letters[i + 3]);
        out.push_back(static_cast<std::uint8_t>(group >> 16));
        out.push_back(static_cast<std::uint8_t>(group >> 8));
        out.push_back(static_cast<std::uint8_t>(group));
    }
    if (padding > 0) {
        const std::uint32_t third = padding == 1 ? sextet(letters[i + 2]) : 0;
        const std::uint32_t group =
            sextet(letters[i]) << 18 | sextet(letters[i + 1]) << 12 | third << 6;
        // Bits that no byte takes must be zero, or two texts would mean the same bytes.
        const std::uint32_t spare = padding == 1 ? 0xFF : 0xFFFF;
        if ((group & spare) != 0)
            return fail(Code::base64_invalid, "spare bits are set");
        out.push_back(static_cast<std::uint8_t>(group >> 16));
        if (padding == 1)
            out.push_back(static_cast<std::uint8_t>(group >> 8));
    }
    return out;
}

Result<Bytes> parse_base64url(std::string_view text) {
    std::string usual(text);
    for (char& c : usual) {
        if (c == '+' || c == '/' || c == '=')
            return fail(Code::base64_invalid, "a character is outside the alphabet");
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    usual.append((4 - usual.size() % 4) % 4, '=');
    return parse_base64(usual);
}

} // namespace settled::wire
