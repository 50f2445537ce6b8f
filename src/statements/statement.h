// A bank statement in our words, whatever form the bank writes it in (ISO 20022 camt.053 and
// camt.054, SWIFT MT940, CSV), and where a reader puts what it finds.
//
// Invariants: amounts are exact minor units and more than nothing, the direction is stored next to
// them; days are midnights in UTC of the date that the bank wrote (a statement has dates, not
// moments); texts are UTF-8 without control characters (text.h). Only booked entries are here: what
// is pending may still go away.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::statements {

// A statement is complete for its period. A notification (camt.054) reports some entries early and
// says nothing about the others.
enum class Kind : std::uint8_t { statement, notification };
std::string_view token(Kind kind);

struct Entry {
    Instant booked;
    Instant value; // the booking day where the bank gives none
    bool credit = true;
    bool reversal = false; // it takes back an earlier entry, or is the return of one
    Money amount;
    std::string end_to_end_id;
    std::string instruction_id;
    std::string transaction_id; // of the scheme
    std::string bank_reference; // the account servicer's
    std::string uetr;
    std::string remittance;
    std::string counterparty_name;
    std::string counterparty_account;

    friend bool operator==(const Entry&, const Entry&) = default;
};

// What is known before the first entry.
struct Head {
    Kind kind = Kind::statement;
    std::string format;  // "camt.053.001.08", "mt940", "csv"
    std::string account; // as the bank writes it
    std::string number;  // the bank's id of the statement
    std::optional<std::int64_t> sequence;
    std::optional<Money> opening; // negative: overdrawn
    // A bank writes a long statement on several pages (messages), which pages.h puts together.
    std::string message_id;           // of a camt message in pages: what its pages share
    std::optional<std::int64_t> page; // from 1
    bool continues = false;           // there is a page before it: :60M:, a page number above 1
};

// What is known after the last one.
struct Tail {
    Currency currency;
    Instant from, to;             // the first and the last day
    std::optional<Money> closing; // negative: overdrawn
    bool goes_on = false;         // there is a page after it: :62M:, not the last page
};

// Gets statements one after the other, each as begin, entries, end. What it answers with an error
// ends the reading with that error.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual Result<> begin(const Head& head) = 0;
    virtual Result<> entry(const Entry& entry) = 0;
    virtual Result<> end(const Tail& tail) = 0;
};

} // namespace settled::statements
