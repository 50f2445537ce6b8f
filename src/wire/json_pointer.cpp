#include "wire/json_pointer.h"

#include <algorithm>
#include <charconv>

namespace settled::wire {

namespace {

constexpr std::size_t pointer_bytes_max = 256;

// "~1" stands for '/', "~0" for '~' (RFC 6901 section 4).
Result<std::string> unescape(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            out.push_back(token[i]);
            continue;
        }
        const char next = i + 1 < token.size() ? token[++i] : ' ';
        if (next != '0' && next != '1')
            return fail(Code::value_invalid, "a '~' in a pointer stands before 0 or 1");
        out.push_back(next == '1' ? '/' : '~');
    }
    return out;
}

// An element's number: digits without a leading zero.
std::optional<std::size_t> index_of(std::string_view token) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool whole = error == std::errc() && end == token.data() + token.size();
    return whole && (token.size() == 1 || token.front() != '0') ? std::optional(index)
                                                                : std::nullopt;
}

std::optional<Json> child(Json value, const std::string& token) {
    if (!value.is_array())
        return value.member(token);
    const auto index = index_of(token);
    return index && *index < value.size() ? std::optional(value.at(*index)) : std::nullopt;
}

} // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
    if (text.empty() || text.front() != '/' || text.size() > pointer_bytes_max)
        return fail(Code::value_invalid,
                    "a pointer begins with '/' and has at most 256 characters");
    JsonPointer pointer;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t end = std::min(text.find('/'), text.size());
        TRY(std::string token, unescape(text.substr(0, end)));
        pointer.path_.push_back(std::move(token));
        text.remove_prefix(end);
    }
    return pointer;
}

std::optional<Json> JsonPointer::find(Json document) const {
    std::optional<Json> value = document;
    for (const std::string& token : path_)
        value = value ? child(*value, token) : std::nullopt;
    return value && !value->is_null() ? value : std::nullopt;
}

bool JsonPointer::has_index() const {
    return std::ranges::any_of(
        path_, [](const std::string& token) { return index_of(token).has_value(); });
}

std::size_t JsonPointer::list_size(Json document) const {
    std::size_t most = 0;
    std::optional<Json> value = document;
    for (const std::string& token : path_) {
        if (value && value->is_array())
            most = std::max(most, value->size());
        value = value ? child(*value, token) : std::nullopt;
    }
    return most;
}

std::optional<std::string_view> scalar_text(Json value) {
    if (const auto flag = value.boolean())
        return *flag ? "true" : "false";
    const auto text = value.string();
    return text ? text : value.number();
}

} // namespace settled::wire
