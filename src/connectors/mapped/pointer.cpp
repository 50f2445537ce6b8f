#include "connectors/mapped/pointer.h"

#include "base/limits.h"

#include <charconv>

namespace settled::connectors::mapped {

namespace {

using wire::Json;

constexpr std::size_t pointers_max = 8;

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

Result<Pointer::Path> Pointer::parse_path(std::string_view text) {
    if (text.empty() || text.front() != '/' || text.size() > limits::text_bytes_max)
        return fail(Code::value_invalid,
                    "a pointer begins with '/' and has at most 256 characters");
    Path path;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t end = std::min(text.find('/'), text.size());
        TRY(std::string token, unescape(text.substr(0, end)));
        path.push_back(std::move(token));
        text.remove_prefix(end);
    }
    return path;
}

Result<Pointer> Pointer::parse(Json written) {
    Pointer pointer;
    if (const auto one = written.string()) {
        TRY(Path path, parse_path(*one));
        pointer.paths_.push_back(std::move(path));
        return pointer;
    }
    if (written.is_array() && written.size() > 0 && written.size() <= pointers_max) {
        for (std::size_t i = 0; i < written.size(); ++i) {
            const auto text = written.at(i).string();
            if (!text)
                return fail(Code::value_invalid, "a list of pointers holds texts only");
            TRY(Path path, parse_path(*text));
            pointer.paths_.push_back(std::move(path));
        }
        return pointer;
    }
    const auto fixed = written.is_object() && written.size() == 1
                           ? written.member("is").and_then(&Json::string)
                           : std::nullopt;
    if (!fixed || fixed->size() > limits::text_bytes_max)
        return fail(Code::value_invalid,
                    "give a pointer (\"/data/id\"), a list of 1 to 8 of them, or {\"is\": \"…\"}");
    pointer.fixed_ = std::string(*fixed);
    return pointer;
}

std::optional<Json> Pointer::find(Json document) const {
    for (const Path& path : paths_) {
        std::optional<Json> value = document;
        for (const std::string& token : path)
            value = value ? child(*value, token) : std::nullopt;
        if (value && !value->is_null())
            return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Pointer::text(Json document) const {
    if (fixed_)
        return *fixed_;
    const auto value = find(document);
    if (!value)
        return std::nullopt;
    if (const auto flag = value->boolean())
        return *flag ? "true" : "false";
    const auto text = value->string();
    return text ? text : value->number();
}

} // namespace settled::connectors::mapped
