// IBANs as the model bank hands them out: bank code CLRB, sort code 040400, valid by mod 97 and by
// the modulus check of ClearBank's range (DBLAL, Vocalink rules), like the ones it publishes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::sandbox {

inline constexpr std::string_view bank_sort_code = "040400";

// "GBkkCLRB" + sort code + account number with the check digits in place.
std::string gb_iban(std::string_view bank_code, std::string_view sort_code,
                    std::string_view account_number);

// True if sort code and account number pass the modulus check of 040400 to 041311.
bool passes_modulus(std::string_view sort_code, std::string_view account_number);

// The IBAN with the first valid account number at or after `number`; `number` then moves past it.
std::string next_iban(std::uint32_t& number);

} // namespace settled::sandbox
