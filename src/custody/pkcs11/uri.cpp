#include "custody/pkcs11/uri.h"

#include <array>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

namespace settled::custody::pkcs11 {

namespace {

constexpr std::string_view prefix = "pkcs11:";

std::unexpected<Error> refused(std::string why) {
    return fail(Code::value_invalid, "a pkcs11: URI " + std::move(why));
}

int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Result<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] <= ' ' || text[i] > '~')
            return refused("has a character that must be percent-coded");
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return refused("has a percent sign without two hexadecimal digits");
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

struct Attribute {
    std::string_view name;
    std::string value;
};

Result<std::vector<Attribute>> attributes_of(std::string_view text, char separator) {
    std::vector<Attribute> all;
    std::set<std::string_view> names;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        const std::string_view one = text.substr(0, end);
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
        const std::size_t sign = one.find('=');
        if (sign == one.npos || sign + 1 == one.size())
            return refused("has an attribute without a value");
        if (!names.insert(one.substr(0, sign)).second)
            return refused("has an attribute twice");
        TRY(std::string value, decoded(one.substr(sign + 1)));
        all.push_back({one.substr(0, sign), std::move(value)});
    }
    return all;
}

Result<ObjectType> type_of(std::string_view word) {
    constexpr std::array words{
        std::pair{"private", ObjectType::private_key}, std::pair{"public", ObjectType::public_key},
        std::pair{"cert", ObjectType::certificate}, std::pair{"secret-key", ObjectType::secret_key},
        std::pair{"data", ObjectType::data}};
    for (const auto& [name, type] : words)
        if (word == name)
            return type;
    return refused("has an unknown type; it is private, public, cert, secret-key or data");
}

Result<> take_path(Uri& uri, Attribute attribute) {
    const std::array texts{std::pair{"token", &uri.token.label},
                           std::pair{"serial", &uri.token.serial},
                           std::pair{"manufacturer", &uri.token.manufacturer},
                           std::pair{"model", &uri.token.model},
                           std::pair{"object", &uri.object},
                           std::pair{"id", &uri.id}};
    for (const auto& [name, into] : texts)
        if (attribute.name == name) {
            *into = std::move(attribute.value);
            return {};
        }
    if (attribute.name == "type") {
        TRY(uri.type, type_of(attribute.value));
        return {};
    }
    if (attribute.name != "slot-id")
        return refused("has an attribute that is not known; those of its path are token, serial, "
                       "manufacturer, model, slot-id, object, id and type");
    unsigned long slot = 0;
    const char* const end = attribute.value.data() + attribute.value.size();
    const auto [stop, error] = std::from_chars(attribute.value.data(), end, slot);
    if (error != std::errc() || stop != end)
        return refused("has a slot-id that is no number");
    uri.token.slot_id = slot;
    return {};
}

Result<std::string> pin_source_of(std::string value) {
    if (value.starts_with('|'))
        return refused("names a program as its pin-source, which is not run");
    if (value.starts_with('/'))
        return "file:" + value;
    for (const std::string_view scheme : {"file:", "env:", "aws-sm:"})
        if (value.starts_with(scheme))
            return value;
    return refused("has a pin-source that is no place of a PIN: it is file:/path, env:NAME or "
                   "aws-sm:NAME");
}

Result<> take_query(Uri& uri, Attribute attribute) {
    if (attribute.name == "pin-value")
        return refused("carries a PIN, which would be stored and listed with it; put the PIN into "
                       "a file and name that by pin-source");
    if (attribute.name == "module-name")
        return refused("names a module by module-name; modules are those of [pkcs11] modules in "
                       "the settings, and module-path names one of them");
    if (attribute.name == "module-path") {
        uri.module_path = std::move(attribute.value);
        return {};
    }
    if (attribute.name != "pin-source")
        return refused("has a query attribute that is not known; those are module-path and "
                       "pin-source");
    TRY(uri.pin_source, pin_source_of(std::move(attribute.value)));
    return {};
}

} // namespace

Result<Uri> parse_uri(std::string_view text) {
    if (!text.starts_with(prefix))
        return refused("begins with pkcs11:");
    text.remove_prefix(prefix.size());
    const std::size_t mark = text.find('?');
    Uri uri;
    TRY(auto path, attributes_of(text.substr(0, mark), ';'));
    for (Attribute& attribute : path)
        TRY_VOID(take_path(uri, std::move(attribute)));
    if (mark != text.npos) {
        TRY(auto query, attributes_of(text.substr(mark + 1), '&'));
        for (Attribute& attribute : query)
            TRY_VOID(take_query(uri, std::move(attribute)));
    }
    if (uri.object.empty() && uri.id.empty())
        return refused("names no object: give object=LABEL or id=%01");
    return uri;
}

} // namespace settled::custody::pkcs11
