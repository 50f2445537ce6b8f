// Webhooks about Bacs other than that money moved: notices, holds, recalls and returns of credits,
// direct debits, and mandates.
//
// A payment is named by its BacsTransactionId, a return by that of the original. A mandate whose
// webhook has no MandateId (a failure) is named by service user, reference and account. Collector's
// own entries (BacsDebitContraReceived) are not read. Source: the ClearBank page of each type, whose
// members for the two parties differ.
#pragma once

#include "domain/facts.h"
#include "wire/json.h"

#include <string_view>

namespace settled::connectors::clearbank {

// `type` is a base_type().
bool is_bacs_report(std::string_view type);
// Without its id, or its amount where it moves money: an UnreadableFact.
domain::BankFact read_bacs(std::string_view type, wire::Json payload);

// The members of a settlement by Bacs that its other webhooks name it by.
void read_bacs_members(domain::SettlementFact& fact, wire::Json payload);

} // namespace settled::connectors::clearbank
