// The model bank's ledger: every payment in and out of the institution's accounts, exactly as it
// was booked. Tests hold the institution's own records against it.
//
// Amounts are minor units of sterling. A debit takes funds from the moment it is accepted until it
// is rejected; a credit adds funds when it settles.
//
// Invariants: bookings of API calls are never forgotten (beyond bounds::ledger_bookings_max new
// ones are refused); of payments from outside the oldest are, and stay counted. A booking's address
// does not change while it is kept.
// Threads: used on one io_context only.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace settled::sandbox {

enum class Side : std::uint8_t { debit, credit };
std::string_view token(Side side);

// accepted → settled | held | rejected; held → settled | rejected; settled → returned. An inbound
// payment is returned from the moment its return is accepted, and settled again if that is rejected.
enum class BookingState : std::uint8_t { accepted, held, settled, rejected, returned };
inline constexpr std::size_t booking_states = 5;
std::string_view token(BookingState state);

struct Booking {
    std::int64_t number = 0;    // rises with the order of booking
    std::string transaction_id; // the debit and the credit of an internal transfer share it
    std::string end_to_end_id;
    std::string scheme_id; // ActualEndToEndTransactionId: FPS calls it FPID
    Side side = Side::debit;
    BookingState state = BookingState::accepted;
    Money amount;
    std::string scheme;  // FasterPayments, Transfer, …
    std::string account; // IBAN, of the institution
    std::string account_owner;
    std::string counterpart; // IBAN, or the digits of sort code and account number
    std::string counterpart_name;
    std::string reference;
    std::string request_id; // of the API call; empty for a payment from outside
    std::string reason;     // code or text of a rejection
    bool is_return = false;
    std::string return_of; // transaction id of the payment that this one returns
    std::string return_code;
    Instant created;
    Instant settled;
};

struct Tally {
    std::uint64_t count = 0;
    std::int64_t sum_minor = 0;
};

struct LedgerSummary {
    // [payments, returns][side][state], forgotten bookings too.
    std::array<std::array<std::array<Tally, booking_states>, 2>, 2> tallies{};
    std::uint64_t duplicates = 0; // end-to-end ids of API calls that were booked more than once
    std::uint64_t duplicates_refused = 0; // instructions that the duplicate check stopped
    // Creditor account, amount and reference that debits of API calls share, rejected ones aside.
    std::uint64_t similar = 0;
    std::uint64_t forgotten = 0;
    std::int64_t balance_minor = 0;
};

class Ledger {
  public:
    bool is_full() const;
    // Fails with limit_reached.
    Result<Booking*> book(Booking booking);
    void move(Booking& booking, BookingState state, Instant now);

    // False if an instruction with this end-to-end id was taken before: the bank's duplicate check.
    bool take_end_to_end_id(const std::string& id);

    Booking* find(std::string_view transaction_id, Side side);
    const Booking* find(std::string_view transaction_id, Side side) const;
    // The payment out that carries this end-to-end id, or this transaction id.
    Booking* payment_out(std::string_view id);
    Booking* find(std::int64_t number);
    const std::map<std::int64_t, Booking>& all() const { return bookings_; }
    // Newest first, of one end-to-end id or of all, until `see` returns false.
    void each(const std::optional<std::string>& end_to_end_id,
              const std::function<bool(const Booking&)>& see) const;

    std::int64_t balance_minor() const { return balance_minor_; }
    void set_balance(std::int64_t minor) { balance_minor_ = minor; }
    LedgerSummary summary() const;

  private:
    Tally& tally_of(const Booking& booking);
    void count(const Booking& booking, int by);
    void forget_oldest_inbound();

    std::map<std::int64_t, Booking> bookings_;
    std::unordered_map<std::string, std::int64_t> by_id_;            // side and transaction id
    std::unordered_map<std::string, std::int64_t> by_end_to_end_id_; // payments out
    std::unordered_map<std::string, std::vector<std::int64_t>> with_end_to_end_id_; // all
    std::unordered_set<std::string> end_to_end_ids_;
    std::deque<std::int64_t> inbound_;
    LedgerSummary counted_; // the tallies and what is counted as it happens
    std::int64_t last_number_ = 0;
    std::int64_t balance_minor_ = 100'000'000'000; // a billion pounds, where a test sets none
};

} // namespace settled::sandbox
