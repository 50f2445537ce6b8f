#include "crypto/key_set.h"

#include "wire/base64.h"
#include "wire/json.h"

namespace settled::crypto {

namespace {

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

} // namespace settled::crypto
