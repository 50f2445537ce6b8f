// An order: an outbound payment that we ask the bank to make.
//
// One declared table (order.cpp) holds all transitions: webhooks come in any order, before or after
// the reply to the call, doubled and late. A fact that does not fit changes nothing and goes to a
// person.
#pragma once

#include "base/error.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "domain/facts.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

// Tokens are in the store and in the API: never rename.
enum class OrderStatus : std::uint8_t {
    queued,       // committed; the bank has not yet confirmed that it has the order
    submitted,    // the bank has taken it
    held,         // the bank is looking at it
    settled,      // the money left our account
    rejected,     // it will not be made
    returned,     // the receiver's bank sent the money back
    in_doubt,     // a try got no readable reply; being resolved under the same id
    needs_review, // no reply says what became of it: a person asks the bank and decides
    cancelled,    // by its client, before it was sent
};
std::string_view token(OrderStatus status);
std::optional<OrderStatus> order_status_named(std::string_view token);
std::span<const std::string_view> order_status_tokens();
// Nothing more is expected: settled, rejected, returned, cancelled. (A settled one may be returned.)
bool is_final(OrderStatus status);

// What was learnt about an order.
enum class OrderFact : std::uint8_t {
    taken,     // the reply: accepted
    refused,   // the reply: refused, and every earlier try of the call had a readable reply
    unclear,   // a try got no readable reply, or 409, or a refusal after such a try
    held,      // webhook
    settled,   // webhook or query: the money left
    rejected,  // webhook: cancelled, declined, assessment or validation failed
    duplicate, // webhook: the bank already has an instruction with this end-to-end id
    returned,  // webhook: credit, IsReturn
    silence,   // asked for long enough: the bank does not know the order, or does not answer
    cancelled, // by its client
    restored,  // it was under way in a store that was put back to this older state
};
std::string_view token(OrderFact fact);

enum class OrderStep : std::uint8_t {
    move,       // to `status`
    stay,       // it fits and is known, or comes late: nothing changes
    contradict, // it does not fit: nothing changes, a review is opened
};
struct OrderMove {
    OrderStep step = OrderStep::stay;
    OrderStatus status = OrderStatus::queued;
};
// The table.
OrderMove next(OrderStatus status, OrderFact fact);

// What a client may do about an order that was not carried out.
enum class Advice : std::uint8_t {
    none,
    retry,  // the same again may succeed
    review, // correct it first
    never,  // it will not succeed
};
std::string_view token(Advice advice);
std::optional<Advice> advice_named(std::string_view token);

// Postal address as CHAPS wants it; FPS takes one line.
struct PostalAddress {
    std::string line; // FPS: 1 to 140 characters
    std::string building_number, building_name, street_name, town_name, country, post_code;
};

// No modulus table is configured (domain/uk/modulus.h).
inline constexpr std::string_view warning_modulus_unchecked = "modulus_unchecked";

// What a client asks for, validated.
struct NewOrder {
    std::string client_id;
    std::string connector;
    std::string scheme; // fps, chaps
    Money amount;
    Party debtor;                  // iban
    std::string debtor_account_id; // `acc_…`, instead of the IBAN
    PostalAddress debtor_address;
    Party creditor;
    PostalAddress creditor_address;
    std::string reference;
    std::string end_to_end_id; // empty: the server makes one
    std::string loan_account_id;
    std::string core_banking; // whose loan it is; empty: that of the loan's link, if it has one
    std::string purpose, category_purpose; // CHAPS
};
// Two requests with the same fingerprint are the same order.
crypto::Digest fingerprint(const NewOrder& order);

// Whether the bank was asked, by end-to-end id, for an order that was never sent from this store: a
// store that was put back to an older state may have forgotten that it was. The numbers are in the
// store: never renumber.
enum class Lookup : std::uint8_t {
    none = 0,
    asked = 1,
    clear = 2, // the bank shows none
};

struct Order {
    OrderId id;
    std::string client_id;
    ConnectorId connector;
    OrderStatus status = OrderStatus::queued;
    std::string scheme;
    Money amount;
    Party debtor;
    PostalAddress debtor_address;
    Party creditor;
    PostalAddress creditor_address;
    std::string reference;
    std::string end_to_end_id;
    std::string loan_account_id;
    std::string core_banking; // the connector whose loan it is; empty: none
    std::string purpose, category_purpose;
    std::string reason_code; // of a rejection, hold or return: the bank's code
    std::string reason;      // its words
    Advice advice = Advice::none;
    std::optional<CallId> call;              // that carries it
    std::string transaction_id;              // the bank's, once settled
    std::string actual_end_to_end_id;        // the scheme's id, by which a return names the order
    std::optional<SettlementId> settlement;  // the debit
    std::optional<SettlementId> returned_by; // the credit with IsReturn
    std::optional<OrderId> retry_of;
    std::optional<Instant> not_before; // it is not sent earlier; of FPS: nullopt
    std::vector<std::string> warnings; // what could not be checked when it was taken
    Lookup lookup = Lookup::none;
    std::optional<Instant> ask_at; // of a submitted one: when the bank is asked for its outcome
    std::string made_by;      // the API key or operator that asked for it; empty: a booking did
    std::int64_t version = 0; // of the last event about it
    Instant created_at, updated_at;
};

} // namespace settled::domain
