#include "cli/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

void write_indented(std::string& out, const wire::Json& value, std::size_t depth) {
    if ((!value.is_object() && !value.is_array()) || value.size() == 0) {
        out += value.raw();
        return;
    }
    const bool object = value.is_object();
    out += object ? "{\n" : "[\n";
    for (std::size_t i = 0; i < value.size(); ++i) {
        out.append((depth + 1) * 2, ' ');
        if (object)
            out += fmt::format("\"{}\": ", value.name_at(i));
        write_indented(out, value.at(i), depth + 1);
        out += i + 1 < value.size() ? ",\n" : "\n";
    }
    out.append(depth * 2, ' ');
    out += object ? "}" : "]";
}

} // namespace

std::optional<wire::Json> value_at(const wire::Json& value, std::string_view path) {
    std::optional<wire::Json> at = value;
    while (at && !path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        at = at->member(name);
    }
    return at;
}

std::string text_at(const wire::Json& value, std::string_view path) {
    const auto at = value_at(value, path);
    if (!at || at->is_null())
        return {};
    return at->is_string() ? std::string(*at->string()) : std::string(at->raw());
}

std::string list_at(const wire::Json& value, std::string_view path, std::string_view between) {
    const auto list = value_at(value, path);
    std::string text;
    for (std::size_t i = 0; list && i < list->size(); ++i)
        text.append(i == 0 ? "" : between).append(text_at(list->at(i), ""));
    return text;
}

std::string indented(std::string_view json) {
    const auto document = wire::JsonDocument::parse(json);
    if (!document)
        return std::string(json);
    std::string out;
    write_indented(out, document->root(), 0);
    return out;
}

} // namespace settled::cli
