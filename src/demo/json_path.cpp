#include "demo/json_path.h"

namespace settled::demo {

std::optional<wire::Json> value_at(wire::Json value, std::string_view path) {
    std::optional<wire::Json> at = value;
    while (at && !path.empty()) {
        const std::size_t dot = path.find('.');
        at = at->member(path.substr(0, dot));
        path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
    }
    return at;
}

std::string text_at(wire::Json value, std::string_view path) {
    const auto found = value_at(value, path);
    return found ? std::string(found->string().value_or(found->raw())) : std::string();
}

std::int64_t number_at(wire::Json value, std::string_view path) {
    const auto found = value_at(value, path);
    return found ? found->integer().value_or(0) : 0;
}

} // namespace settled::demo
