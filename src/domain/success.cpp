#include "domain/success.h"

#include "wire/json.h"

#include <algorithm>

namespace settled::domain {

bool meets(const SuccessRule& rule, int status, std::string_view body) {
    if (!rule.statuses.empty() && std::ranges::find(rule.statuses, status) == rule.statuses.end())
        return false;
    if (rule.body_equals && body != *rule.body_equals)
        return false;
    if (rule.body_contains && !body.contains(*rule.body_contains))
        return false;
    if (!rule.body_field)
        return true;
    const auto document = wire::JsonDocument::parse(body);
    return document && rule.body_field->holds(document->root());
}

bool echoes(std::string_view body, std::string_view nonce) {
    const auto document = wire::JsonDocument::parse(body);
    const auto member = document ? document->root().member("Nonce") : std::nullopt;
    const auto text = member ? wire::scalar_text(*member) : std::nullopt;
    return text && *text == nonce;
}

} // namespace settled::domain
