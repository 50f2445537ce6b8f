#include "api/console/json_walk.h"

#include <vector>

namespace settled::api {

namespace {

constexpr std::uint32_t no_code = 0xFFFF'FFFF;

std::uint32_t code_unit(std::string_view hex) {
    if (hex.size() < 4)
        return no_code;
    std::uint32_t value = 0;
    for (const char c : hex.substr(0, 4)) {
        const bool is_digit = c >= '0' && c <= '9';
        const char low = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!is_digit && (low < 'a' || low > 'f'))
            return no_code;
        value = value * 16 + static_cast<std::uint32_t>(is_digit ? c - '0' : low - 'a' + 10);
    }
    return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6U);
        put(0x80 | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12U);
        put(0x80 | (code >> 6U & 0x3FU));
        put(0x80 | (code & 0x3FU));
    } else {
        put(0xF0 | code >> 18U);
        put(0x80 | (code >> 12U & 0x3FU));
        put(0x80 | (code >> 6U & 0x3FU));
        put(0x80 | (code & 0x3FU));
    }
}

// "\u00e9", or the two of a pair; takes what it has read off the text.
bool take_code(std::string_view& rest, std::string& out) {
    std::uint32_t code = code_unit(rest.substr(2));
    if (code == no_code)
        return false;
    rest.remove_prefix(6);
    if (code >= 0xD800 && code < 0xDC00 && rest.starts_with("\\u")) {
        const std::uint32_t low = code_unit(rest.substr(2));
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
            rest.remove_prefix(6);
        }
    }
    append_utf8(out, code);
    return true;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Where the string that begins at `at`, with its quote, ends: at its other quote, or npos.
std::size_t end_of_string(std::string_view json, std::size_t at) {
    for (std::size_t i = at + 1; i < json.size(); ++i) {
        if (json[i] == '\\')
            ++i;
        else if (json[i] == '"')
            return i;
    }
    return json.npos;
}

} // namespace

std::string unescaped(std::string_view token) {
    std::string out;
    out.reserve(token.size());
    while (!token.empty()) {
        const std::size_t plain = token.find('\\');
        out.append(token.substr(0, plain));
        if (plain == token.npos || plain + 1 == token.size())
            break;
        token.remove_prefix(plain);
        static constexpr std::string_view letters = "\"\\/bfnrt";
        static constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        const std::size_t letter = letters.find(token[1]);
        if (letter != letters.npos) {
            out += meant[letter];
            token.remove_prefix(2);
        } else if (token[1] != 'u' || !take_code(token, out)) {
            out.append(token.substr(0, 2));
            token.remove_prefix(2);
        }
    }
    return out;
}

std::string JsonWalker::walk(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    std::vector<std::string> names{""}; // of the member at each depth
    for (std::size_t at = 0; at < json.size();) {
        const char c = json[at];
        if (c == '"') {
            const std::size_t end = end_of_string(json, at);
            if (end == json.npos)
                return out.append(json.substr(at));
            const std::string text = unescaped(json.substr(at + 1, end - at - 1));
            std::size_t after = end + 1;
            while (after < json.size() && is_space(json[after]))
                ++after;
            const bool is_name = after < json.size() && json[after] == ':';
            const auto other = is_name ? on_name(text) : on_text(names.back(), text);
            out.append(other ? std::string_view(*other) : json.substr(at, end + 1 - at));
            if (is_name)
                names.back() = text;
            at = end + 1;
            continue;
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            const std::size_t end = std::min(json.find_first_of(",]} \t\r\n", at), json.size());
            const std::string_view digits = json.substr(at, end - at);
            const auto other = on_number(names.back(), digits);
            out.append(other ? std::string_view(*other) : digits);
            at = end;
            continue;
        }
        if (c == '{')
            names.emplace_back();
        else if (c == '[')
            names.push_back(names.back());
        else if ((c == '}' || c == ']') && names.size() > 1)
            names.pop_back();
        out += c;
        ++at;
    }
    return out;
}

} // namespace settled::api
