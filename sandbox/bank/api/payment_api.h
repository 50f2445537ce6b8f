// The model bank's payment calls: POST /v3/payments/fps, /v3/payments/fps/return and those of CHAPS.
// The headers have been checked by then.
// Source: SW fps-initiate-payment-v3, chaps-v6; CB "Faster Payments", "CHAPS".
#pragma once

#include "net/http.h"
#include "sandbox/bank/bacs/bacs_desk.h"
#include "sandbox/bank/payments/payments.h"

namespace settled::sandbox {

// 202 with a response for each item; 400 of the same shape when none is accepted; 400 with the
// members at fault when the body is not what the schema wants, and then nothing is booked.
net::Response initiate_fps(Payments& payments, const net::Request& request);
// 202 with the payment's id, or 400.
net::Response initiate_chaps(Payments& payments, const std::string& source_iban,
                             const net::Request& request);
net::Response return_chaps(Payments& payments, Rng& rng, const net::Request& request);
// 202 without a body, or 400. Source: SW v1.
net::Response return_bacs(BacsDesk& bacs, const net::Request& request);
// 202 without a body, or 400.
net::Response return_fps(Payments& payments, const net::Request& request);

} // namespace settled::sandbox
