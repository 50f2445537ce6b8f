// What an API key may do. A route asks for one scope; a key has a set of them.
#pragma once

#include "base/error.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::api {

// `none`: the route is for everyone. Settlements cover matches, reviews, rules and statements;
// events cover deliveries; admin covers connectors, API keys and seeds.
enum class Scope : std::uint8_t {
    none,
    payments_read,
    payments_write,
    settlements_read,
    settlements_write,
    statements_write,
    accounts_read,
    accounts_write,
    endpoints_read,
    endpoints_write,
    events_read,
    events_write,
    webhooks_read,
    orders_read,
    orders_write,
    links_read,
    links_write,
    returns_read,
    returns_write,
    postings_read,
    calls_read,
    connectors_read,
    connectors_write,
    notifications_read,
    notifications_write,
    admin,
    personal_read, // to see unmasked what a session is shown masked
};
// "payments:read".
std::string_view token(Scope scope);

class ScopeSet {
  public:
    static ScopeSet all();
    // Space-separated tokens, or "*". Fails with value_invalid, naming all and the nearest.
    static Result<ScopeSet> parse(std::string_view text);

    bool has(Scope scope) const { return scope == Scope::none || (bits_ & bit(scope)) != 0; }
    bool covers(ScopeSet other) const { return (other.bits_ & ~bits_) == 0; }
    bool empty() const { return bits_ == 0; }
    // All its tokens, separated by spaces.
    std::string text() const;

  private:
    static constexpr std::uint32_t bit(Scope scope) {
        return std::uint32_t{1} << static_cast<unsigned>(scope);
    }
    std::uint32_t bits_ = 0;
};

} // namespace settled::api
