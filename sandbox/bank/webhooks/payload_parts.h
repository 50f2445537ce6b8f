// Pieces that several webhook payloads of the model bank share.
#pragma once

#include "wire/json_writer.h"

#include <string>
#include <string_view>

namespace settled::sandbox {

// "GB57CLRB04040100057354" → "CLRB04040100057354".
std::string bban_of(std::string_view iban);

// {"IBAN","BBAN","OwnerName","TransactionOwnerName","InstitutionName"} of an account named by its
// IBAN, or by the digits of sort code and account number.
void write_settled_account(wire::JsonWriter& writer, std::string_view key, std::string_view account,
                           std::string_view name, std::string_view institution);
// The members IBAN and BBAN, in an object that is open; of sort code and account number only BBAN.
void write_ids(wire::JsonWriter& writer, std::string_view account);
// {"IBAN","BBAN"}.
void write_account_ids(wire::JsonWriter& writer, std::string_view key, std::string_view account);

// An entry of SupplementaryData.
void write_named(wire::JsonWriter& writer, std::string_view name, std::string_view value);

} // namespace settled::sandbox
