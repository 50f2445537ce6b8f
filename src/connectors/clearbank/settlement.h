// The payloads that we act on, read into facts.
//
// A part that money depends on and that is missing or unreadable makes an UnreadableFact whose
// reason names the member and never its value: the webhook is kept and a person looks. Everything
// else is taken as it is or left empty. Source: ClearBank pages "Transaction Settled v6" and
// "Virtual Account Created v3" and "Virtual Account Creation Failed v3" (and the v2 shapes before
// them).
#pragma once

#include "domain/facts.h"
#include "wire/json.h"

namespace settled::connectors::clearbank {

// Both directions and returns.
domain::BankFact read_settlement(wire::Json payload);

domain::BankFact read_account_opened(wire::Json payload);

// At least one of the bank's id, our external id and the IBAN says which account it is; the reasons
// may be missing.
domain::BankFact read_account_refused(wire::Json payload);

// The object that holds a virtual account's IBAN, BBAN and external identifier under whichever of
// its four published names; the payload itself when there is none.
wire::Json virtual_account_identifiers(wire::Json payload);

} // namespace settled::connectors::clearbank
