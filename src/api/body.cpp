#include "api/body.h"

namespace settled::api {

std::string media_type(const net::Request& request) {
    std::string_view type = request.fields.find("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.remove_suffix(1);
    std::string lower(type);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

Result<wire::JsonDocument> json_body(const net::Request& request) {
    if (media_type(request) != "application/json")
        return fail(Code::content_type_unsupported, "send Content-Type: application/json");
    return wire::JsonDocument::parse(request.body);
}

Result<> no_body(const net::Request& request) {
    if (!request.body.empty() && request.body != "{}")
        return fail(Code::value_invalid, "this call takes no body");
    return {};
}

} // namespace settled::api
