#include "sandbox/bank/accounts/iban.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <array>

namespace settled::sandbox {

namespace {

// ISO 13616: letters are 10 to 35.
unsigned remainder_97(std::string_view text) {
    unsigned remainder = 0;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9';
        const unsigned value = static_cast<unsigned>(digit ? c - '0' : c - 'A' + 10);
        remainder = (remainder * (digit ? 10 : 100) + value) % 97;
    }
    return remainder;
}

} // namespace

std::string gb_iban(std::string_view bank_code, std::string_view sort_code,
                    std::string_view account_number) {
    std::string bban(bank_code);
    bban.append(sort_code).append(account_number);
    const unsigned check = 98 - remainder_97(bban + "GB00");
    return fmt::format("GB{:02}{}", check, bban);
}

bool passes_modulus(std::string_view sort_code, std::string_view account_number) {
    // Weights of u v w x y z a b c d e f g h; the digits of each product are added up.
    constexpr std::array<unsigned, 14> weights{1, 3, 4, 3, 9, 3, 1, 7, 5, 5, 4, 5, 2, 4};
    const std::string digits = std::string(sort_code).append(account_number);
    SETTLED_ASSERT(digits.size() == weights.size(), "a sort code and an account number");
    unsigned sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const unsigned product = static_cast<unsigned>(digits[i] - '0') * weights[i];
        sum += product / 10 + product % 10;
    }
    return sum % 10 == 0;
}

std::string next_iban(std::uint32_t& number) {
    for (;; ++number) {
        const std::string account = fmt::format("{:08}", number);
        if (!passes_modulus(bank_sort_code, account))
            continue;
        ++number;
        return gb_iban("CLRB", bank_sort_code, account);
    }
}

} // namespace settled::sandbox
