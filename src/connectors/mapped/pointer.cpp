#include "connectors/mapped/pointer.h"

#include "base/limits.h"

#include <algorithm>

namespace settled::connectors::mapped {

namespace {

using wire::Json;

constexpr std::size_t pointers_max = 8;

} // namespace

Result<Pointer> Pointer::parse(Json written) {
    Pointer pointer;
    if (const auto one = written.string()) {
        TRY(wire::JsonPointer path, wire::JsonPointer::parse(*one));
        pointer.paths_.push_back(std::move(path));
        return pointer;
    }
    if (written.is_array() && written.size() > 0 && written.size() <= pointers_max) {
        for (std::size_t i = 0; i < written.size(); ++i) {
            const auto text = written.at(i).string();
            if (!text)
                return fail(Code::value_invalid, "a list of pointers holds texts only");
            TRY(wire::JsonPointer path, wire::JsonPointer::parse(*text));
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
    for (const wire::JsonPointer& path : paths_)
        if (const auto value = path.find(document))
            return value;
    return std::nullopt;
}

bool Pointer::has_index() const {
    return std::ranges::any_of(paths_, &wire::JsonPointer::has_index);
}

std::size_t Pointer::list_size(Json document) const {
    std::size_t most = 0;
    for (const wire::JsonPointer& path : paths_)
        most = std::max(most, path.list_size(document));
    return most;
}

std::optional<std::string_view> Pointer::text(Json document) const {
    if (fixed_)
        return *fixed_;
    const auto value = find(document);
    if (!value)
        return std::nullopt;
    return wire::scalar_text(*value);
}

} // namespace settled::connectors::mapped
