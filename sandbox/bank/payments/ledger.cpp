#include "sandbox/bank/payments/ledger.h"

#include "sandbox/bounds.h"

#include <utility>

namespace settled::sandbox {

namespace {

std::string id_key(Side side, std::string_view transaction_id) {
    return std::string(token(side)) + ":" + std::string(transaction_id);
}

// A sum beyond 64 bits stays at the limit: amounts from outside may be absurd.
void add(std::int64_t& sum, std::int64_t amount) {
    std::int64_t result = 0;
    if (!__builtin_add_overflow(sum, amount, &result))
        sum = result;
    else
        sum = amount < 0 ? INT64_MIN : INT64_MAX;
}

// What the booking adds to the funds, or takes.
std::int64_t funds_of(const Booking& booking) {
    if (booking.side == Side::debit)
        return booking.state == BookingState::rejected ? 0 : -booking.amount.minor;
    const bool is_here =
        booking.state == BookingState::settled || booking.state == BookingState::returned;
    return is_here ? booking.amount.minor : 0;
}

bool is_payment_out(const Booking& booking) {
    return booking.side == Side::debit && !booking.is_return && !booking.request_id.empty();
}

// How many keys occur more than once.
class Repeats {
  public:
    void see(const std::string& key) { repeated_ += ++seen_[key] == 2 ? 1 : 0; }
    std::uint64_t repeated() const { return repeated_; }

  private:
    std::unordered_map<std::string, std::uint64_t> seen_;
    std::uint64_t repeated_ = 0;
};

} // namespace

std::string_view token(Side side) {
    return side == Side::debit ? "debit" : "credit";
}

std::string_view token(BookingState state) {
    constexpr std::array<std::string_view, booking_states> names{"accepted", "held", "settled",
                                                                 "rejected", "returned"};
    return names[static_cast<std::size_t>(state)];
}

Tally& Ledger::tally_of(const Booking& booking) {
    return counted_.tallies[booking.is_return ? 1 : 0][static_cast<std::size_t>(booking.side)]
                           [static_cast<std::size_t>(booking.state)];
}

void Ledger::count(const Booking& booking, int by) {
    Tally& tally = tally_of(booking);
    tally.count += static_cast<std::uint64_t>(by);
    add(tally.sum_minor, by * booking.amount.minor);
    add(balance_minor_, by * funds_of(booking));
}

bool Ledger::is_full() const {
    return bookings_.size() - inbound_.size() >= bounds::ledger_bookings_max;
}

Result<Booking*> Ledger::book(Booking booking) {
    if (is_full())
        return fail(Code::limit_reached, "the ledger is full");
    booking.number = ++last_number_;
    by_id_[id_key(booking.side, booking.transaction_id)] = booking.number;
    if (is_payment_out(booking))
        by_end_to_end_id_.emplace(booking.end_to_end_id, booking.number);
    with_end_to_end_id_[booking.end_to_end_id].push_back(booking.number);
    if (booking.request_id.empty()) {
        inbound_.push_back(booking.number);
        forget_oldest_inbound();
    }
    count(booking, 1);
    return &bookings_.emplace(booking.number, std::move(booking)).first->second;
}

void Ledger::forget_oldest_inbound() {
    if (inbound_.size() <= bounds::ledger_inbound_kept_max)
        return;
    const auto oldest = bookings_.find(inbound_.front());
    inbound_.pop_front();
    by_id_.erase(id_key(oldest->second.side, oldest->second.transaction_id));
    const auto same_id = with_end_to_end_id_.find(oldest->second.end_to_end_id);
    std::erase(same_id->second, oldest->first);
    if (same_id->second.empty())
        with_end_to_end_id_.erase(same_id);
    bookings_.erase(oldest);
    ++counted_.forgotten;
}

void Ledger::move(Booking& booking, BookingState state, Instant now) {
    count(booking, -1);
    booking.state = state;
    if (state == BookingState::settled && booking.settled.us == 0)
        booking.settled = now;
    count(booking, 1);
}

bool Ledger::take_end_to_end_id(const std::string& id) {
    const bool fresh = end_to_end_ids_.insert(id).second;
    counted_.duplicates_refused += fresh ? 0 : 1;
    return fresh;
}

Booking* Ledger::find(std::int64_t number) {
    const auto found = bookings_.find(number);
    return found == bookings_.end() ? nullptr : &found->second;
}

const Booking* Ledger::find(std::string_view transaction_id, Side side) const {
    const auto found = by_id_.find(id_key(side, transaction_id));
    return found == by_id_.end() ? nullptr : &bookings_.at(found->second);
}

Booking* Ledger::find(std::string_view transaction_id, Side side) {
    return const_cast<Booking*>(std::as_const(*this).find(transaction_id, side));
}

Booking* Ledger::payment_out(std::string_view id) {
    const auto found = by_end_to_end_id_.find(std::string(id));
    return found == by_end_to_end_id_.end() ? find(id, Side::debit) : find(found->second);
}

void Ledger::each(const std::optional<std::string>& end_to_end_id,
                  const std::function<bool(const Booking&)>& see) const {
    if (!end_to_end_id) {
        for (auto at = bookings_.rbegin(); at != bookings_.rend() && see(at->second); ++at) {
        }
        return;
    }
    const auto found = with_end_to_end_id_.find(*end_to_end_id);
    if (found == with_end_to_end_id_.end())
        return;
    const std::vector<std::int64_t>& numbers = found->second;
    for (auto at = numbers.rbegin(); at != numbers.rend() && see(bookings_.at(*at)); ++at) {
    }
}

LedgerSummary Ledger::summary() const {
    LedgerSummary summary = counted_;
    summary.balance_minor = balance_minor_;
    Repeats ids;
    Repeats payments;
    for (const auto& [number, booking] : bookings_) {
        if (!is_payment_out(booking))
            continue;
        ids.see(booking.end_to_end_id);
        if (booking.state != BookingState::rejected)
            payments.see(booking.counterpart + "\n" + std::to_string(booking.amount.minor) + "\n" +
                         booking.reference);
    }
    summary.duplicates = ids.repeated();
    summary.similar = payments.repeated();
    return summary;
}

} // namespace settled::sandbox
