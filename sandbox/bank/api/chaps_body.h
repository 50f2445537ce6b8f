// The bodies of POST /payments/chaps/v6/customer-payments and /return-payments, checked as
// ClearBank's schema has them. Unlike elsewhere, `status` of a problem body is text.
// Source: SW chaps-v6; CB "CHAPS".
#pragma once

#include "sandbox/bank/api/body_check.h"
#include "sandbox/bank/payments/instruction.h"

#include <expected>
#include <string_view>

namespace settled::sandbox {

// `source_iban`: of the institution's account, which payments are funded from.
std::expected<Instruction, FieldErrors> read_chaps_body(std::string_view body,
                                                        std::string_view source_iban);
std::expected<ReturnInstruction, FieldErrors> read_chaps_return_body(std::string_view body);

} // namespace settled::sandbox
