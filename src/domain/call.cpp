#include "domain/call.h"

#include "base/enum_names.h"

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 28> purposes{"pay",
                                                    "return_payment",
                                                    "open_account",
                                                    "disable_account",
                                                    "list_accounts",
                                                    "find_account",
                                                    "find_transactions",
                                                    "list_transactions",
                                                    "test",
                                                    "find_bacs_credit",
                                                    "read_loan",
                                                    "read_holder",
                                                    "find_loans",
                                                    "read_booking",
                                                    "find_bookings",
                                                    "post_disbursement",
                                                    "post_repayment",
                                                    "post_adjustment",
                                                    "write_loan_fields",
                                                    "write_booking_fields",
                                                    "note_on_loan",
                                                    "find_channels",
                                                    "find_custom_fields",
                                                    "find_organisation",
                                                    "request_statement",
                                                    "download_statement",
                                                    "find_transaction",
                                                    "fetch_content"};
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
    return purpose == CallPurpose::pay || purpose == CallPurpose::return_payment ||
           purpose == CallPurpose::post_disbursement || purpose == CallPurpose::post_repayment ||
           purpose == CallPurpose::post_adjustment;
}

bool writes_to_core_bank(CallPurpose purpose) {
    return purpose == CallPurpose::post_disbursement || purpose == CallPurpose::post_repayment ||
           purpose == CallPurpose::post_adjustment || purpose == CallPurpose::write_loan_fields ||
           purpose == CallPurpose::write_booking_fields;
}

std::string_view token(ReplyClass reply) {
    return replies[static_cast<std::size_t>(reply)];
}

} // namespace settled::domain
