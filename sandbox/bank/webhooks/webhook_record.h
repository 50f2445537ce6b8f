// One webhook of the model bank, with all that happened to it.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

// How an attempt ended. All but `acknowledged` lead to a retry; the bank names them in the header
// x-retry-reason of the next attempt. Source: ClearBank "Getting started", webhooks.
enum class Verdict : std::uint8_t {
    acknowledged,
    connection,      // no connection, or it broke
    timeout,         // no answer within the time
    http,            // another status than 200
    non_repudiation, // the answer is not signed by the institution
    format,          // the answer is no JSON with our nonce
};
std::string_view token(Verdict verdict);
std::string_view retry_reason(Verdict verdict); // as the bank spells it

// held → waiting ⇄ sending → acknowledged | given_up.
enum class WebhookState : std::uint8_t { held, waiting, sending, acknowledged, given_up };
std::string_view token(WebhookState state);

// Wrong on purpose, to see it refused.
enum class Tamper : std::uint8_t {
    none,
    unsigned_, // no DigitalSignature
    signature, // a signature of another key's shape: random bytes
    body,      // a byte changed after signing
};

struct Attempt {
    Instant started;
    std::int64_t took_us = 0;
    int status = 0;         // 0: no answer
    std::uint16_t port = 0; // where it went
    Verdict verdict = Verdict::connection;
};

struct WebhookRecord {
    std::int64_t id = 0; // rises with the order of creation
    std::string type;
    std::string label;
    std::int64_t duplicate_of = 0; // id of the first one of the same event; 0: is the first
    WebhookState state = WebhookState::waiting;
    Tamper tamper = Tamper::none;
    int attempts_max = 0; // 0: until the bank gives up
    int attempts = 0;
    Instant created;
    Instant first_sent;
    Instant acknowledged;
    std::vector<Attempt> history; // the last bounds::attempts_kept_max

    int version = 1;
    std::shared_ptr<const std::string> payload; // shared by duplicates; released at the end
    std::string body;                           // of the coming attempt, signed already
    std::string signature;
    std::int64_t nonce = 0;
};

} // namespace settled::sandbox
