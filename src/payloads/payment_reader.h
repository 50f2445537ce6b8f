// Payments as clients send them, read into domain::NewPayment.
#pragma once

#include "base/error.h"
#include "domain/payment.h"
#include "wire/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::payloads {

inline constexpr std::string_view yapily_content_type = "application/vnd.yapily.payment+json";

// A payment that was read.
struct PaymentRequest {
    domain::NewPayment payment; // created_at is {0} when the client did not give it
};

// Why no settlement is to be expected for it, as clients see it: "payee_unknown" when the payee's
// account is written in a way that no account of ours has. Empty: it is to be registered.
std::string_view ignored_because(const PaymentRequest& request);

// Our own form (openapi.yaml, NewPayment), strictly. Checks, in this order: each member's own
// shape, in the order of the document; then what members say together; then unknown members.
Result<PaymentRequest> read_payment(const wire::Json& root);

// A Yapily payment response, bare or inside {"meta":…,"data":…}, from any of its API versions. Its
// members beyond those we use are let through. `paymentIdempotencyId` is taken as the end-to-end
// id: no document says that banks are given it as such, but it is the one id of the request with
// the 35 characters that ISO 20022 gives an EndToEndId; where a bank sends another, that rank just
// does not match. IBANs are taken without their check digits, which Yapily's own samples fail.
Result<PaymentRequest> read_yapily_payment(const wire::Json& root);

// The two forms by name, as settings write them: "settled", "yapily".
enum class PaymentFormat : std::uint8_t { settled, yapily };
std::string_view token(PaymentFormat format);
// Fails with value_invalid.
Result<PaymentFormat> parse_payment_format(std::string_view text);
// From the bytes of a message. Fails with json_invalid and its kin, and as above.
Result<PaymentRequest> read_payment_text(PaymentFormat format, std::string_view text);

} // namespace settled::payloads
