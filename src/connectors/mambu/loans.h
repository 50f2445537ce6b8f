// Loan accounts and their holders: requests, and what Mambu replies. Source: Mambu API v2, "Loan
// accounts", "Clients", "Groups", "Comments", "Using custom fields", "Searching by custom fields".
#pragma once

#include "base/error.h"
#include "base/money.h"
#include "connectors/mambu/settings.h"
#include "domain/call.h"
#include "domain/order.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mambu {

// `id`: the loan's id or its encoded key.
domain::CallRequest read_loan_request(std::string_view id);
// Loans whose custom field has exactly this value.
domain::CallRequest find_loans_request(const FieldPath& field, std::string_view value);

struct Loan {
    std::string id;
    std::string encoded_key;
    std::string state;     // Mambu's word: "APPROVED", "ACTIVE", "CLOSED_REPAID", …
    std::string sub_state; // "LOCKED", …
    bool is_of_group = false;
    std::string holder_key;
    std::string currency;                 // "" where the reply does not say
    std::optional<Money> balance;         // principal, interest, fees and penalties together
    std::string virtual_account_id, iban; // of our custom fields
    std::string assigned_user;

    bool is_closed() const { return state.starts_with("CLOSED"); }
    bool is_locked() const { return state == "LOCKED" || sub_state == "LOCKED"; }
};
// With the custom fields named. Fails with reply_unreadable when the body is no loan.
Result<Loan> read_loan(std::string_view body, const LoanFields& fields);
Result<std::vector<Loan>> read_loans(std::string_view body, const LoanFields& fields);

// Why a repayment of this amount was refused, as the loan shows it; nullopt: it does not show.
std::optional<RefusalReason> refusal_reason(const Loan& loan, const Money& amount);

// The client or group who holds the loan.
domain::CallRequest read_holder_request(const Loan& loan);
struct Holder {
    std::string name;
    // Members for CHAPS from the first address; the country as ISO 3166 letters, "" if it is not
    // one that is known. `line`: the same in one line.
    domain::PostalAddress address;
};
Result<Holder> read_holder(std::string_view body);

// Writes custom fields; an empty value removes a field, which must be there then.
struct FieldValue {
    FieldPath field;
    std::string value;
};
domain::CallRequest write_loan_fields_request(std::string_view loan_id,
                                              std::span<const FieldValue> values);

// The same of a transaction of a loan. An assumption: PATCH /loans/transactions/{id} does it, which
// API v2 does not document (API v1 has a path of its own for it).
domain::CallRequest write_booking_fields_request(std::string_view booking_id,
                                                 std::span<const FieldValue> values);

// A comment on the loan, for people. `text` is cut at 255 characters.
domain::CallRequest note_on_loan_request(std::string_view loan_key, std::string_view text);

} // namespace settled::connectors::mambu
