// POST /v1/orders, read into domain::NewOrder and validated by what the schemes carry.
//
// Nothing is sent that the bank or the scheme would cut or change: it is refused here, all problems
// at once, each with the pointer to its member. Source: ClearBank pages "Faster Payments" and
// "CHAPS" and their OpenAPI files; ISO 13616 for IBANs.
#pragma once

#include "base/error.h"
#include "domain/order.h"
#include "domain/uk/modulus.h"
#include "payloads/reader.h"
#include "wire/json.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::payloads {

namespace order_bounds {
inline constexpr std::int64_t fps_pence_max = 100'000'000; // of the scheme
inline constexpr std::size_t name_characters_max = 140;
inline constexpr std::size_t address_characters_max = 140;
inline constexpr std::size_t fps_reference_characters_max = 18; // what reaches the receiver
inline constexpr std::size_t chaps_reference_characters_max = 35;
inline constexpr std::size_t end_to_end_id_characters_max = 35;
} // namespace order_bounds

struct OrderReaderOptions {
    // Names, references and addresses are written in characters that the scheme carries, where they
    // have such a form, before they are validated. Ids never are.
    bool transliterate = false;
    // Holds the creditor's sort code and account number together; nullptr: they are not checked.
    const domain::ModulusTable* modulus = nullptr;
};

// Errors beyond those of Reader: scheme_not_offered, characters_not_allowed, amount_invalid,
// currency_unknown, iban_invalid, modulus_failed.
//
// The debtor's address may be absent (the connector may have one): debtor_address_missing is for
// who knows the connector. So are the connector and the account themselves.
Result<domain::NewOrder> read_order(const wire::Json& root, OrderReaderOptions options = {});

// Parts of a CHAPS order that settings give, too.
//
// ISO 20022 external purpose codes, by their shape; category purposes, of those that the bank takes.
Result<std::string> parse_purpose(std::string_view text);
Result<std::string> parse_category_purpose(std::string_view text);
// building_number, building_name, street_name, town_name, country, post_code.
void read_postal_address(Reader& in, domain::PostalAddress& address, bool transliterate);

} // namespace settled::payloads
