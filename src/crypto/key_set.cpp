#include "crypto/key_set.h"

#include "wire/base64.h"
#include "wire/json.h"

#include <fstream>

namespace settled::crypto {

namespace {

constexpr std::size_t file_bytes_max = 64 * 1024; // Google's set has three keys in 2 KiB

std::string_view text_of(const wire::Json& key, std::string_view name) {
    const auto value = key.member(name);
    return value ? value->string().value_or("") : "";
}

bool is_for_signatures(const wire::Json& key) {
    const std::string_view use = text_of(key, "use");
    const std::string_view algorithm = text_of(key, "alg");
    return text_of(key, "kty") == "RSA" && (use.empty() || use == "sig") &&
           (algorithm.empty() || algorithm == "RS256") && !text_of(key, "kid").empty();
}

} // namespace

Result<KeySet> parse_key_set(std::string_view json) {
    const auto unreadable = [] { return fail(Code::key_unreadable, "it is no JSON Web Key Set"); };
    const auto document = wire::JsonDocument::parse(json);
    const auto list = document ? document->root().member("keys") : std::nullopt;
    if (!list || !list->is_array())
        return unreadable();
    KeySet keys;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const wire::Json key = list->at(i);
        if (!is_for_signatures(key))
            continue;
        const auto modulus = wire::parse_base64url(text_of(key, "n"));
        const auto exponent = wire::parse_base64url(text_of(key, "e"));
        if (!modulus || !exponent)
            return unreadable();
        TRY(auto verifier, Verifier::from_numbers(*modulus, *exponent));
        keys.emplace(text_of(key, "kid"), std::move(verifier));
    }
    if (keys.empty())
        return fail(Code::key_unreadable, "the JSON Web Key Set has no RSA key for signatures");
    return keys;
}

Result<KeySet> read_key_set(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.empty() || text.size() > file_bytes_max)
        return fail(Code::key_unreadable, "there is no JSON Web Key Set in the file");
    return parse_key_set(text);
}

} // namespace settled::crypto
