// A payment: an open banking payment that was started elsewhere and that we expect to see settled.
#pragma once

#include "base/error.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "domain/facts.h"
#include "match/match_fields.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

// Open are `expected`, `overdue` and `partially_settled`: they wait for (the rest of) their
// settlement. The others are closed.
enum class PaymentStatus : std::uint8_t {
    expected,
    settled,
    partially_settled,
    overdue,
    returned,
    cancelled,
};
std::string_view token(PaymentStatus status);
std::optional<PaymentStatus> payment_status_named(std::string_view token);
std::span<const std::string_view> payment_status_tokens(); // of all
bool is_open(PaymentStatus status);

// What a client registers. Validated by the reader of the request; accounts are normalised.
struct NewPayment {
    std::string client_id;
    std::string institution_id;
    std::string scheme;
    Money amount;
    std::string reference;
    std::string end_to_end_id;
    std::string uetr;
    Instant created_at; // at the provider
    Party payee;
    std::string
        payee_account_id; // `acc_…` or the bank's id of a virtual account, instead of a number
    Party payer;
    // The amounts it may arrive as, when an exchange or charges lie between.
    std::optional<match::Bounds> accepted_range;
    // Its provider says that no money will come: failed, rejected, cancelled, expired.
    bool has_failed = false;
};

struct Payment {
    PaymentId id;
    std::string client_id;
    PaymentStatus status = PaymentStatus::expected;
    Money amount;
    std::string institution_id;
    std::string scheme;
    std::string reference;
    std::string end_to_end_id;
    std::string payee_name;
    std::string payee_account; // as given: IBAN, or sort code and number
    std::string payer_name;
    std::string payer_account;
    Instant created_at;
    Instant registered_at;
    std::int64_t version = 0;
    std::int64_t settled_minor = 0; // has arrived so far; the whole when it is settled
    match::MatchFields identity;    // its amount is what is still to come
};

// Which payment: our id and the client's, as events, reviews and answers name it.
struct PaymentIds {
    PaymentId id;
    std::string client_id;
};
PaymentIds ids_of(const Payment& payment);

// The text under which an account is stored: the IBAN, else "040004 12345678", else the BBAN.
std::string shown_account(const Party& party);
// The reverse: account_key_of() gives the same key for it as for the party that was shown so. What
// is neither an IBAN nor sort code and number is its `bban`.
Party party_shown_as(std::string_view account);

// Canonical fields of the registration. `payee_account_key` is the account that it pays into.
match::MatchFields identity_of(const NewPayment& payment, std::string_view payee_account_key);

// Two registrations with the same fingerprint are the same registration.
crypto::Digest fingerprint(const NewPayment& payment);

// The members in which a registration differs from the payment registered under the same id, as
// paths of our own form ("amount", "payee.name"). Empty when they differ only in how they name the
// payee: by an id instead of a number.
std::vector<std::string_view> differences(const NewPayment& given, const Payment& registered);

} // namespace settled::domain
