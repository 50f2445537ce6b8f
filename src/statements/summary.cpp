#include "statements/summary.h"

#include "base/bytes.h"
#include "base/iban.h"
#include "statements/charges.h"

#include <utility>

namespace settled::statements {

namespace {

constexpr std::size_t pending_bytes_max = 64UL * 1024;
constexpr std::int64_t minor_end = 1'000'000'000'000'000'000; // what decimals of 18 digits reach

} // namespace

// Lengths go before texts, so that no two statements have the same bytes.
void Summarizer::add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    pending_ += text;
}

void Summarizer::add(std::int64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
        pending_ += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xFFU);
}

void Summarizer::flush() {
    now_.digest = crypto::sha256(std::string(as_text(now_.digest)) + pending_);
    pending_.clear();
}

Result<> Summarizer::begin(const Head& head) {
    now_ = {};
    now_.head = head;
    pending_.clear();
    add(token(head.kind));
    add(head.format);
    add(account_key(head.account));
    add(head.number);
    add(head.sequence.value_or(-1));
    return {};
}

Result<> Summarizer::entry(const Entry& entry) {
    Side& side = entry.credit ? now_.credits : now_.debits;
    ++side.count;
    if (__builtin_add_overflow(side.minor, entry.amount.minor, &side.minor) ||
        side.minor >= minor_end)
        return fail(Code::amount_invalid, "the entries add up to more than can be");
    for (const std::int64_t number : {entry.booked.us, entry.value.us, entry.amount.minor,
                                      std::int64_t{entry.credit}, std::int64_t{entry.reversal}})
        add(number);
    // Without charges: files that were imported before charges were read are the same files.
    for (const std::string_view text :
         {std::string_view(entry.end_to_end_id), std::string_view(entry.instruction_id),
          std::string_view(entry.transaction_id), std::string_view(entry.bank_reference),
          std::string_view(entry.uetr), without_charges(entry.remittance),
          std::string_view(entry.counterparty_name), std::string_view(entry.counterparty_account)})
        add(text);
    if (pending_.size() > pending_bytes_max)
        flush();
    return {};
}

Result<> Summarizer::end(const Tail& tail) {
    now_.tail = tail;
    add(tail.currency.code());
    add(tail.from.us);
    add(tail.to.us);
    for (const auto& balance : {now_.head.opening, tail.closing}) {
        add(std::int64_t{balance.has_value()});
        add(balance ? balance->minor : 0);
    }
    flush();
    done_.push_back(std::exchange(now_, {}));
    return {};
}

} // namespace settled::statements
