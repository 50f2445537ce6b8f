#include "domain/call.h"

#include "base/enum_names.h"

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 8> purposes{
    "pay",           "return_payment", "open_account",      "disable_account",
    "list_accounts", "find_account",   "find_transactions", "test"};
constexpr std::array<std::string_view, 6> replies{"taken",   "refused",   "received",
                                                  "unclear", "throttled", "ours"};

} // namespace

std::string_view token(CallPurpose purpose) {
    return purposes[static_cast<std::size_t>(purpose)];
}

std::optional<CallPurpose> call_purpose_named(std::string_view token) {
    return enum_named<CallPurpose>(purposes, token);
}

bool moves_money(CallPurpose purpose) {
    return purpose == CallPurpose::pay || purpose == CallPurpose::return_payment;
}

std::string_view token(ReplyClass reply) {
    return replies[static_cast<std::size_t>(reply)];
}

} // namespace settled::domain
