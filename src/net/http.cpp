#include "net/http.h"

#include "base/assert.h"

#include <algorithm>
#include <limits>

namespace settled::net {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

} // namespace

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return x == y || lower(x) == lower(y);
           });
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (text.size() - i < 3) {
            return std::nullopt;
        }
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

void Fields::add(std::string_view name, std::string_view value) {
    const std::size_t end = text_.size() + name.size() + value.size();
    SETTLED_ASSERT(end <= std::numeric_limits<std::uint32_t>::max(), "fields of {} bytes", end);
    if (places_.empty()) {
        places_.reserve(16); // what most messages have, in one piece
    }
    const auto start = static_cast<std::uint32_t>(text_.size());
    text_.append(name);
    text_.append(value);
    places_.push_back(
        {start, start + static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(end)});
}

Fields::Field Fields::at(std::size_t index) const {
    const Place& place = places_.at(index);
    const std::string_view text = text_;
    return {text.substr(place.name, place.value - place.name),
            text.substr(place.value, place.end - place.value)};
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const auto& [key, value] : *this) {
        if (same_name(key, name)) {
            return value;
        }
    }
    return std::nullopt;
}

std::size_t Fields::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        begin(), end(), [&](const Field& field) { return same_name(field.first, name); }));
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    std::string_view rest = query;
    while (!rest.empty()) {
        const std::size_t cut = rest.find('&');
        const std::string_view pair = rest.substr(0, cut);
        rest = cut == std::string_view::npos ? std::string_view() : rest.substr(cut + 1);
        const std::size_t equals = pair.find('=');
        const auto key = percent_decode(pair.substr(0, equals));
        if (!key || *key != name) {
            continue;
        }
        std::string value(equals == std::string_view::npos ? std::string_view()
                                                           : pair.substr(equals + 1));
        // Forms write a space as `+`; a plus sign itself comes as %2B.
        std::ranges::replace(value, '+', ' ');
        return percent_decode(value);
    }
    return std::nullopt;
}

} // namespace settled::net
