#include "domain/link.h"

#include "base/enum_names.h"

#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 4> statuses{"requested", "active", "failed", "disabled"};

} // namespace

std::string_view token(LinkStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<LinkStatus> link_status_named(std::string_view token) {
    return enum_named<LinkStatus>(statuses, token);
}

std::span<const std::string_view> link_status_tokens() {
    return statuses;
}

bool is_live(LinkStatus status) {
    return status == LinkStatus::requested || status == LinkStatus::active;
}

} // namespace settled::domain
