// A thing that the bank reports on in Bacs, as it stands, and its events.
#pragma once

#include "base/id.h"
#include "domain/event.h"
#include "domain/uk/bacs.h"
#include "wire/json_writer.h"

#include <string>
#include <string_view>

namespace settled::domain {

struct BacsItem {
    BacsItemId id;
    ConnectorId connector;
    BacsSubject subject{};
    std::string bank_id;     // BacsTransactionId; of a mandate its id, or what it is known by
    std::string returned_by; // the BacsTransactionId of its return
    BacsStatus status{};
    Money amount;        // of a mandate none
    std::string account; // ours, as the bank gives it
    std::string account_key;
    std::string counterparty_name;
    std::string counterparty_account;
    std::string reference;
    std::string service_user_number;
    std::string transaction_code;
    std::string reason_code;
    std::string detail;
    std::string day;           // of processing: "2026-11-30"
    SettlementId settlement{}; // the money that came or went; 0: it has not
    std::int64_t asked = 0;    // how often the bank was asked about a held one
    std::int64_t version = 0;  // of the last event about it
    Instant created_at, updated_at;
};

// As its events and the API show it, without the braces.
void write_members(wire::JsonWriter& w, const BacsItem& item, std::string_view connector);
// The type of the event that reports a status; "": none does.
std::string_view event_type_of(BacsSubject subject, BacsStatus status);
// `item` as it is after the change, with the version of this event. `status`: that is reported, which
// of a failure is not the item's.
Event bacs_event(EventId id, const BacsItem& item, BacsStatus status, std::string_view connector,
                 Instant now);

} // namespace settled::domain
