#include "domain/money_return.h"

#include "base/enum_names.h"

#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 9> reasons{
    "account_closed",       "account_unknown",     "account_stopped",
    "beneficiary_deceased", "name_mismatch",       "requested_by_sender",
    "not_expected",         "terms_do_not_permit", "other"};

} // namespace

std::string_view token(ReturnReason reason) {
    return reasons[static_cast<std::size_t>(reason)];
}

std::optional<ReturnReason> return_reason_named(std::string_view token) {
    return enum_named<ReturnReason>(reasons, token);
}

std::span<const std::string_view> return_reason_tokens() {
    return reasons;
}

} // namespace settled::domain
