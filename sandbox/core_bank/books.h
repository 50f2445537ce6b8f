// The books of the model core bank: holders, loans, their transactions (bookings) and what is
// configured. Nothing is ever removed from it: it is the truth that tests hold records against.
//
// Rules, as Mambu documents them: an external id is unique; a transaction is adjusted once, only
// while the account is open, and the newest first; closed and locked accounts take no transactions; a
// repayment may not exceed what is owed, nor lie in the future or before the first disbursement; a
// repaid loan closes; custom fields must be configured, hold no empty value and may be unique.
// Source: Mambu user guide ("Loan account life cycle", "Adjusting transactions", "Locking and
// unlocking loans") and API v2.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "base/rng.h"

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace settled::sandbox {

// A refusal in Mambu's words.
struct CoreError {
    int status = 400;
    std::int64_t code = 4;
    std::string reason = "INVALID_PARAMETERS";
    std::string source = {};
};
template <class T = void>
using CoreResult = std::expected<T, CoreError>;

// "_set" → "field" → value.
using CustomFields = std::map<std::string, std::map<std::string, std::string>>;

struct CoreHolder {
    std::string key;
    bool is_group = false;
    std::string first_name, last_name; // of a group the name is the last one
    std::string line1, line2, city, postcode, country;
};

struct CoreLoan {
    std::string key;
    std::string id;
    CoreHolder holder;
    std::string state = "APPROVED"; // PENDING_APPROVAL, APPROVED, ACTIVE, CLOSED
    std::string sub_state;          // LOCKED, REPAID, WITHDRAWN
    std::string currency = "GBP";
    std::int64_t amount_minor = 0;    // that was approved
    std::int64_t disbursed_minor = 0; // and stands
    std::int64_t owed_minor = 0;
    Instant created;
    CustomFields fields;
    std::vector<std::size_t> bookings; // places in the journal
    std::vector<std::string> comments;
};

struct CoreBooking {
    std::string key;
    std::string id; // a number as text
    std::string external_id;
    std::string loan_key;
    std::string type; // DISBURSEMENT, REPAYMENT and …_ADJUSTMENT
    std::int64_t amount_minor = 0;
    std::string channel;
    std::string notes;
    Instant created, value_date;
    std::string adjusted_by; // key of its adjustment
    std::string original;    // of an adjustment
    bool by_api = false;     // else a person booked it in Mambu
    std::string extra;       // members of a repayment that are kept as they were sent
    CustomFields fields;
};

// What is asked for by a disbursement or repayment.
struct CoreOrder {
    std::optional<std::int64_t> amount_minor; // none: all that is approved
    std::optional<Instant> value_date;
    std::string external_id;
    std::string channel;
    std::string notes;
    std::string extra;
    CustomFields fields;
    bool by_api = true;
};

// One operation of a JSON Patch.
struct CorePatch {
    std::string op; // add, replace, remove
    std::string set, field;
    std::string value;
};

struct CoreSetup {
    std::set<std::string> channels;
    std::map<std::string, std::set<std::string>> loan_fields;        // by set
    std::map<std::string, std::set<std::string>> transaction_fields; // by set
    std::set<std::string> unique_fields;                             // "_set.field"
    std::string time_zone = "Europe/London";
    std::string currency = "GBP";
};
// With everything that the "ClearBank Lenders" connector's setup page names.
CoreSetup published_setup();

class CoreBooks {
  public:
    CoreBooks(const Clock& clock, Rng& rng);

    CoreSetup& setup() { return setup_; }
    const CoreSetup& setup() const { return setup_; }

    // The id must be new; an empty one is made.
    CoreResult<CoreLoan*> open(CoreLoan loan);
    CoreLoan* find_loan(std::string_view id_or_key);
    CoreBooking* find_booking(std::string_view id_or_key);
    const CoreBooking* find_by_external_id(const std::string& id) const;
    const CoreHolder* find_holder(std::string_view key, bool is_group) const;
    std::vector<CoreLoan*> loans_with(const std::string& set, const std::string& field,
                                      const std::string& value);

    CoreResult<CoreBooking*> disburse(CoreLoan& loan, CoreOrder order);
    CoreResult<CoreBooking*> repay(CoreLoan& loan, CoreOrder order);
    // The adjustment that it makes.
    CoreResult<CoreBooking*> adjust(CoreBooking& booking, std::string notes, bool by_api);

    CoreResult<> patch(CoreLoan& loan, const std::vector<CorePatch>& changes);
    CoreResult<> patch(CoreBooking& booking, const std::vector<CorePatch>& changes);

    // In the order in which they were booked.
    const std::deque<CoreBooking>& journal() const { return journal_; }
    std::size_t loan_count() const { return loans_.size(); }
    // External ids that a second booking was refused for.
    std::uint64_t duplicates_refused() const { return duplicates_refused_; }

  private:
    std::string make_key();
    CoreResult<> check(const CoreLoan& loan, const CoreOrder& order);
    CoreResult<> check_fields(const CustomFields& fields,
                              const std::map<std::string, std::set<std::string>>& known) const;
    CoreResult<> apply(CustomFields& fields, const std::vector<CorePatch>& changes,
                       const std::map<std::string, std::set<std::string>>& known) const;
    CoreBooking& book(CoreLoan& loan, std::string type, std::int64_t amount, CoreOrder order);

    const Clock& clock_;
    Rng& rng_;
    CoreSetup setup_ = published_setup();
    std::deque<CoreLoan> loans_;
    std::deque<CoreBooking> journal_;
    std::unordered_map<std::string, std::size_t> loan_places_;    // by id and by key
    std::unordered_map<std::string, std::size_t> booking_places_; // by id, key
    std::unordered_map<std::string, std::size_t> external_ids_;
    std::unordered_map<std::string, std::size_t> holder_places_;    // key to a loan
    std::unordered_map<std::string, std::set<std::size_t>> values_; // "_set.field=value" to loans
    std::uint64_t last_booking_ = 0;
    std::uint64_t duplicates_refused_ = 0;
};

} // namespace settled::sandbox
