// Google Pub/Sub push requests, read: a payment in an envelope.
//
//   {"message":{"data":"<base64>","attributes":{…},"messageId":"…","publishTime":"…"},
//    "subscription":"projects/p/subscriptions/s"}
//
// Called only with a body whose sender has been proved. Source: Google Cloud, "Push subscriptions",
// "Receive push messages".
#pragma once

#include "base/error.h"
#include "domain/facts.h"
#include "payloads/payment_reader.h"
#include "wire/json.h"

#include <map>
#include <string>
#include <string_view>

namespace settled::connectors::pubsub {

// Whose push requests a connector takes, and what is in them. Nothing here is secret.
struct PushSettings {
    std::string audience;        // of the token, as the subscription is configured
    std::string service_account; // that the subscription signs as: its email
    std::string subscription;    // empty: any
    payloads::PaymentFormat format = payloads::PaymentFormat::settled;
    // Public keys by key id, all valid at once: here as PEM, or in a file with a JSON Web Key Set.
    // At least one of the two is given.
    std::map<std::string, std::string> token_keys;
    std::string jwks_file; // path

    // {"audience":…,"service_account":…,"subscription":…,"format":…,"token_keys":{"id":"PEM"},
    //  "jwks_file":…}, strictly, as an operator writes it. Keys are read; the file is not.
    static Result<PushSettings> parse(const wire::Json& written);
};

// One message by subscription and message id. Fails with webhook_unreadable (the envelope),
// subscription_unknown, and as the payment's reader does; what is not taken is not acknowledged,
// and Pub/Sub sends it again until its own dead-letter policy ends it.
Result<domain::InboundWebhook> read_push(const PushSettings& settings, std::string_view body);

} // namespace settled::connectors::pubsub
