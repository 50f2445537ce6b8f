// The model bank's payment calls: POST /v3/payments/fps and /v3/payments/fps/return. The headers
// have been checked by then.
// Source: SW fps-initiate-payment-v3; CB "Faster Payments".
#pragma once

#include "net/http.h"
#include "sandbox/bank/payments/payments.h"

namespace settled::sandbox {

// 202 with a response for each item; 400 of the same shape when none is accepted; 400 with the
// members at fault when the body is not what the schema wants, and then nothing is booked.
net::Response initiate_fps(Payments& payments, const net::Request& request);
// 202 without a body, or 400.
net::Response return_fps(Payments& payments, const net::Request& request);

} // namespace settled::sandbox
