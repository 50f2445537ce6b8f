#include "api/scope.h"

#include "base/nearest.h"

#include <algorithm>
#include <span>

namespace settled::api {

namespace {

constexpr std::array<std::string_view, 27> tokens{
    "",
    "payments:read",
    "payments:write",
    "settlements:read",
    "settlements:write",
    "statements:write",
    "accounts:read",
    "accounts:write",
    "endpoints:read",
    "endpoints:write",
    "events:read",
    "events:write",
    "webhooks:read",
    "orders:read",
    "orders:write",
    "links:read",
    "links:write",
    "returns:read",
    "returns:write",
    "postings:read",
    "calls:read",
    "connectors:read",
    "connectors:write",
    "notifications:read",
    "notifications:write",
    "admin",
    "personal:read",
};

std::string unknown_scope(std::string_view word) {
    const std::span<const std::string_view> known = std::span(tokens).subspan(1);
    std::string text = "give known scopes: ";
    for (const std::string_view scope : known)
        text.append(scope).append(", ");
    return text + "or \"*\" alone" + did_you_mean(word, known);
}

} // namespace

std::string_view token(Scope scope) {
    return tokens[static_cast<std::size_t>(scope)];
}

ScopeSet ScopeSet::all() {
    ScopeSet set;
    for (std::size_t i = 1; i < tokens.size(); ++i)
        set.bits_ |= bit(static_cast<Scope>(i));
    return set;
}

std::string ScopeSet::text() const {
    std::string all;
    for (std::size_t i = 1; i < tokens.size(); ++i)
        if (has(static_cast<Scope>(i)))
            all.append(all.empty() ? "" : " ").append(tokens[i]);
    return all;
}

Result<ScopeSet> ScopeSet::parse(std::string_view text) {
    if (text == "*")
        return all();
    ScopeSet set;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        const auto* const found = std::ranges::find(tokens, text.substr(0, space));
        if (found == tokens.end() || found->empty())
            return fail(Code::value_invalid, unknown_scope(text.substr(0, space)));
        const auto scope = static_cast<Scope>(found - tokens.begin());
        set.bits_ |= bit(scope);
        if (scope == Scope::admin)
            set.bits_ |= bit(Scope::connectors_read) | bit(Scope::connectors_write);
        text.remove_prefix(space == text.npos ? text.size() : space + 1);
    }
    return set;
}

} // namespace settled::api
