// A call: one request to a connector's API. Its bytes and its id are fixed before it is first sent
// and never change; a repeat sends the same bytes under the same id.
#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled {

// Of what the bank was asked for: its statement of a day.
SETTLED_ID(StatementRequestId, "srq");

} // namespace settled

namespace settled::domain {

// What a call is for. The tokens are in the store: never rename.
enum class CallPurpose : std::uint8_t {
    pay,               // of an order
    return_payment,    // of a return of ours
    open_account,      // for a link
    disable_account,   // for a link
    list_accounts,     // virtual accounts that exist at the bank
    find_account,      // the institution's real account
    find_transactions, // the outcome of an order or a return, by its end-to-end id
    list_transactions, // everything that the bank has booked in a time (catch-up)
    test,              // the bank's test endpoint
    find_bacs_credit,  // what became of a Bacs credit that the bank holds
    // of a core banking system
    read_loan,            // its state and its custom fields
    read_holder,          // of a loan: the client's or group's name and address
    find_loans,           // by a custom field
    read_booking,         // a transaction of a loan
    find_bookings,        // transactions by external id, or by channel and time
    post_disbursement,    // of a posting
    post_repayment,       // of a posting
    post_adjustment,      // of a posting: takes a transaction back
    write_loan_fields,    // the custom fields of a link
    write_booking_fields, // the custom fields of a transaction
    note_on_loan,         // a comment for people
    find_channels,        // of transactions
    find_custom_fields,   // that are configured there
    find_organisation,    // its time zone
    // of the bank, too
    request_statement,  // the bank makes the statement of a day
    download_statement, // a page of it
    find_transaction,   // one, by the bank's own id
    // of a platform
    fetch_content, // of a notification
};
std::string_view token(CallPurpose purpose);
std::optional<CallPurpose> call_purpose_named(std::string_view token);
// Whether the call can move money or changes a loan's balance: such a call waits while the calls of a
// restored store are held.
bool moves_money(CallPurpose purpose);

// Whether the call writes into a core banking system. It is never repeated by itself: what it would
// write is looked for first (units/postings/post.h).
bool writes_to_core_bank(CallPurpose purpose);

// The request. It holds no credentials: the worker adds token, signature and request id.
struct CallRequest {
    CallPurpose purpose = CallPurpose::test;
    std::string method; // GET, POST, PATCH, DELETE; all but GET are signed over `body`
    // Path and query, below the connector's API; of fetch_content the whole URL, as it was vetted.
    std::string target;
    std::string body; // JSON; empty: none is sent
};

// The reply, whole. Time-outs, cut and unreadable replies are no reply.
struct CallReply {
    int status = 0;
    std::string body;
    std::optional<std::chrono::seconds> retry_after; // of the header
};

enum class ReplyClass : std::uint8_t {
    taken,   // 2xx: what it says is read by the purpose
    refused, // the request was not carried out and never will be
    // 409: the request id was received before; the reply does not say whether it was carried out
    received,
    unclear,   // no readable reply, 5xx: it may have been carried out
    throttled, // 429: not carried out; all calls of the connector wait
    ours,      // token, signature, path: our mistake, not the request's; the connector pauses
};
std::string_view token(ReplyClass reply);

// When calls are repeated, and when a person is asked.
struct CallTimes {
    std::chrono::seconds timeout{30}; // of one try
    // Waits between tries of a call that got no readable reply: the same bytes under the same id.
    std::vector<std::chrono::seconds> retry_after{
        std::chrono::seconds(1), std::chrono::seconds(5), std::chrono::seconds(30),
        std::chrono::seconds(120), std::chrono::seconds(600)};
    // Waits before the bank is asked what became of an order that is in doubt.
    std::vector<std::chrono::seconds> query_after{
        std::chrono::seconds(60), std::chrono::seconds(300), std::chrono::seconds(900),
        std::chrono::seconds(3600)};
    // After that a person decides.
    std::chrono::seconds review_after{std::chrono::hours(2)};
    // The bank remembers request ids for 24 hours from the first try; no repeat comes later. (Of a
    // core banking system, connectors/call_rules.h has its own time.)
    std::chrono::seconds repeat_within{std::chrono::hours(23)};
    // The bank is asked about an order that it has taken when its webhook has not come for so long.
    std::chrono::seconds ask_submitted_after{std::chrono::hours(1)};
    // A connector that refuses us is tried again so often.
    std::chrono::seconds probe_every{60};
};

// What a reply means, before anyone reads what is in it.
struct ReplyVerdict {
    ReplyClass reply = ReplyClass::unclear;
    std::optional<std::chrono::seconds> wait; // throttled and unclear: not before
    std::string reason; // the other side's words, at most 512 bytes; for people
};

} // namespace settled::domain
