// What a node does. One process may do all of it.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::node {

// intake: takes webhooks in, and payments from topics; api: serves /v1; worker: calls partners,
// carries out timers and retention.
struct Roles {
    bool intake = true;
    bool worker = true;
    bool api = true;

    // "all", or some of "intake", "worker", "api". Fails with config_invalid.
    static Result<Roles> parse(const std::vector<std::string>& names);
    static Roles none() { return {false, false, false}; }

    // Space-separated, as in the store.
    std::string text() const;
    friend bool operator==(const Roles&, const Roles&) = default;
};

inline constexpr std::string_view role_worker = "worker";
// Whether a text of roles names one.
bool names_role(std::string_view text, std::string_view role);

} // namespace settled::node
