// The bodies of POST /v3/payments/fps and /v3/payments/fps/return, checked as ClearBank's schema
// has them: required members, lengths, character sets, exact decimal amounts.
// Source: SW fps-initiate-payment-v3; CB "Faster Payments".
#pragma once

#include "sandbox/bank/api/body_check.h"
#include "sandbox/bank/payments/instruction.h"

#include <expected>
#include <string_view>
#include <vector>

namespace settled::sandbox {

inline constexpr std::size_t fps_instructions_max = 10;
inline constexpr std::size_t fps_transfers_max = 10; // of each instruction

std::expected<std::vector<Instruction>, FieldErrors> read_fps_body(std::string_view body);
std::expected<ReturnInstruction, FieldErrors> read_fps_return_body(std::string_view body);

} // namespace settled::sandbox
