// The model payment provider: starts open banking payments and registers them with `settled`, in
// the native form or the way Yapily would show them. Source of the shape: Yapily API reference,
// payment response samples (`data.payments[]`, paymentIdempotencyId up to 35 characters).
//
// Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "net/client/client.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace settled::sandbox {

struct ProviderPayment {
    std::string id; // made when empty
    std::string institution_id = "modelo-sandbox";
    std::string scheme = "fps";
    Money amount;
    std::string reference;
    std::string end_to_end_id; // made when empty
    Instant created;
    std::string payee_name;
    std::string payee_iban;
    std::string payer_name; // often unknown for UK banks
    std::string payer_iban;
};

// What POST /v1/payments takes (api/openapi.yaml).
std::string native_json(const ProviderPayment& payment);
// A Yapily payment response.
std::string yapily_json(const ProviderPayment& payment, Rng& rng);

struct RegisteredPayment {
    ProviderPayment payment;
    int status = 0; // of the answer; 0: none came
    std::string answer;
};

class Provider {
  public:
    Provider(std::shared_ptr<net::Client> client, const Clock& clock, Rng& rng)
        : client_(std::move(client)), clock_(clock), rng_(rng) {}

    // Where payments are registered, and as whom.
    void set_target(net::Url settled, Secret api_key);
    bool has_target() const { return settled_.has_value(); }

    // Fills in what the caller left empty.
    ProviderPayment complete(ProviderPayment payment);
    // POST /v1/payments with the payment's id as Idempotency-Key. Fails when no answer came.
    Task<Result<RegisteredPayment>> register_payment(ProviderPayment payment, bool as_yapily);

    const std::deque<RegisteredPayment>& registered() const { return registered_; }

  private:
    std::shared_ptr<net::Client> client_;
    const Clock& clock_;
    Rng& rng_;
    std::optional<net::Url> settled_;
    Secret api_key_;
    std::deque<RegisteredPayment> registered_; // the last bounds::payments_kept_max
};

} // namespace settled::sandbox
