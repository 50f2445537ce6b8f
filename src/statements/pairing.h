// Which settlement an entry of a statement reports: found by what both sides say, never guessed.
//
// Both sides are of one account and one currency. Rungs are tried in the order of Rung; within one,
// entries and settlements that fit are joined, and a group of one and one is a pair. A group of
// several is a set of twins when nothing distinguishes its entries, nothing its settlements, and
// there are as many of the one as of the other: then all of them are paired, and which with which
// makes no difference. Any other group is left to the next rung, and ambiguous when none decides
// it. A pair whose end-to-end ids or UETRs are there and differ is no pair on any rung below those.
//
// The day must be right on the rungs that rely on amounts: the booking or value day is the day of
// the settlement in UTC, or that of three hours later (banks east of Greenwich), or the Monday
// after where that is a weekend. A bank's own ids need no day.
//
// The result does not depend on the order of either side.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "statements/statement.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace settled::statements {

enum class Rung : std::uint8_t {
    none,
    transaction_id,        // the bank's or the scheme's, in any of the entry's ids
    uetr,                  //
    end_to_end_id,         // and amount and day
    reference,             // and amount and day
    reference_within_text, // of six characters or more, and amount and day
};
std::string_view token(Rung rung);

// An entry of money that came in. Ids and texts are canonical (match/match_fields.h), "" where absent.
struct Booked {
    std::int64_t number = 0; // of the entry
    Instant booked, value;
    std::int64_t minor = 0;
    std::vector<std::string> ids; // of the transaction, in no order
    std::string uetr;
    std::string end_to_end_id;
    std::string reference;
    std::string other_account, other_name;
};

// A settlement that nothing else in the statement reports.
struct Known {
    SettlementId id;
    Instant at;
    std::int64_t minor = 0;
    std::string transaction_id;
    std::string uetr;
    std::string end_to_end_id;
    std::string reference;
    std::string other_account, other_name;
};

enum class Verdict : std::uint8_t {
    missing_webhook, // the bank booked it and sent no webhook
    ambiguous,       // several would fit
    linked,
    amount_differs, // its ids are those of a settlement with another amount
};
std::string_view token(Verdict verdict);

struct Pairing {
    Verdict verdict = Verdict::missing_webhook;
    Rung rung = Rung::none;
    SettlementId settlement; // of `linked` and `amount_differs`
    bool as_set = false;     // one of twins
};

// A pairing for each entry. Pairs have equal amounts.
std::vector<Pairing> pair(std::span<const Booked> entries, std::span<const Known> settlements);

// What is left over on both sides, by ids alone: verdict `amount_differs`, or what it was.
std::vector<Pairing> pair_leftovers(std::span<const Booked> entries,
                                    std::span<const Known> settlements);

// The moments whose settlements must be on the statements up to and with this last day, and on none
// after it: everything before the moment that is given.
Instant settled_before(Instant last_day);

Booked booked_of(std::int64_t number, const Entry& entry);

} // namespace settled::statements
