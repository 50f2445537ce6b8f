// A call: one request to a connector's API. Its bytes and its id are fixed before it is first sent
// and never change; a repeat sends the same bytes under the same id.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    test,              // the bank's test endpoint
};
std::string_view token(CallPurpose purpose);
std::optional<CallPurpose> call_purpose_named(std::string_view token);
// Whether the call can move money: such a call waits until a restored store is released.
bool moves_money(CallPurpose purpose);

// The request. It holds no credentials: the worker adds token, signature and request id.
struct CallRequest {
    CallPurpose purpose = CallPurpose::test;
    std::string method; // GET, POST, PATCH, DELETE; all but GET are signed over `body`
    std::string target; // path and query, below the connector's API
    std::string body;   // JSON; empty: none is sent
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
    // The bank remembers request ids for 24 hours from the first try; no repeat comes later.
    std::chrono::seconds repeat_within{std::chrono::hours(23)};
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
