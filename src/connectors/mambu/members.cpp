#include "connectors/mambu/members.h"

#include "base/limits.h"
#include "connectors/shown_text.h"

namespace settled::connectors::mambu {

using wire::Json;

std::optional<Json> member_of(Json object, std::string_view name) {
    std::optional<Json> found = object.member(name);
    if (found && found->is_null())
        return std::nullopt;
    return found;
}

std::string text_of(Json object, std::string_view name) {
    const std::optional<Json> found = member_of(object, name);
    return shown_text(found ? found->string().value_or(std::string_view()) : std::string_view());
}

std::string id_of(Json object, std::string_view name) {
    std::string id = text_of(object, name);
    return id.size() <= limits::text_bytes_max ? id : std::string();
}

std::string field_of(Json object, const FieldPath& path) {
    if (!path.is_used())
        return {};
    const std::optional<Json> set = member_of(object, path.set);
    return set && set->is_object() ? text_of(*set, path.field) : std::string();
}

std::string digits_of(Json object, std::string_view name) {
    const std::optional<Json> found = member_of(object, name);
    return std::string(found ? found->number().value_or(std::string_view()) : std::string_view());
}

Result<wire::JsonDocument> object_in(std::string_view body) {
    Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return fail(Code::reply_unreadable, "the reply is no JSON object");
    return document;
}

Result<wire::JsonDocument> list_in(std::string_view body) {
    Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_array())
        return fail(Code::reply_unreadable, "the reply is no JSON list");
    return document;
}

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::reply_unreadable, std::string(member) + " is missing or unreadable");
}

std::string cut_text(std::string_view text, std::size_t characters_max) {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
    std::size_t end = 0;
    for (std::size_t characters = 0; end < text.size(); ++end)
        if (!continues(text[end]) && ++characters > characters_max)
            break;
    return shown_text(text.substr(0, end), end);
}

} // namespace settled::connectors::mambu
