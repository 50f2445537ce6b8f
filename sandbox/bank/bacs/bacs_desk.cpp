#include "sandbox/bank/bacs/bacs_desk.h"

#include "sandbox/bank/bacs/bacs_payloads.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::sandbox {

namespace {

std::string shown(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

} // namespace

Result<std::string> BacsDesk::announce(BacsItem item, bool with_notice) {
    if (items_.size() >= bounds::bacs_items_max)
        return fail(Code::limit_reached, "no more Bacs items are kept");
    item.id = make_uuid(parts_.rng);
    item.day = shown(parts_.calendar.today());
    if (with_notice)
        submit(item.kind == BacsKind::unapplied ? bacs_unapplied(item) : bacs_announced(item));
    std::string id = item.id;
    items_.emplace(id, std::move(item));
    return id;
}

Result<> BacsDesk::act(std::string_view id, std::string_view action, const std::string& reason) {
    const auto found = items_.find(id);
    if (found == items_.end())
        return fail(Code::not_found, "no Bacs item has this id");
    BacsItem& item = found->second;
    const bool is_before = item.state == BacsState::announced || item.state == BacsState::held ||
                           item.state == BacsState::blocked;
    const bool is_after = action == "return" || action == "claim";
    if (is_after ? item.state != BacsState::settled : !is_before)
        return fail(Code::state_conflict, "it is past that");
    if (action == "hold") {
        item.state = BacsState::held;
        submit(bacs_held(item));
    } else if (action == "block") {
        item.state = BacsState::blocked; // and no webhook follows
    } else if (action == "recall") {
        item.state = BacsState::recalled;
        submit(bacs_recalled(item));
    } else if (action == "settle") {
        settle(item);
    } else if (action == "return") {
        send_back(item, reason);
    } else if (action == "claim") {
        submit(bacs_claimed(item));
    } else {
        return fail(Code::value_invalid, "give hold, block, recall, settle, return or claim");
    }
    return {};
}

void BacsDesk::settle_all() {
    for (auto& [id, item] : items_)
        if (item.state == BacsState::announced)
            settle(item);
}

Result<> BacsDesk::return_credit(std::string_view transaction_id, const std::string& reason) {
    const auto found = std::ranges::find_if(items_, [&](const auto& entry) {
        return entry.second.transaction_id == transaction_id &&
               entry.second.kind == BacsKind::credit;
    });
    if (found == items_.end())
        return fail(Code::not_found, "no Bacs credit has this transactionId");
    if (found->second.state != BacsState::settled)
        return fail(Code::state_conflict, "the credit is returned already");
    send_back(found->second, reason);
    return {};
}

const BacsItem* BacsDesk::find(std::string_view id) const {
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
}

void BacsDesk::tell_mandate(BacsMandate mandate, std::string_view type) {
    if (mandate.id.empty())
        mandate.id = make_uuid(parts_.rng);
    submit(bacs_mandate(mandate, type));
}

void BacsDesk::settle(BacsItem& item) {
    item.state = BacsState::settled;
    item.transaction_id = make_uuid(parts_.rng);
    book(item, false, item.transaction_id);
    submit(bacs_settled(item, false, item.transaction_id, parts_.calendar.now()));
}

// The notice, and the movement between the account and the bank's suspense account.
void BacsDesk::send_back(BacsItem& item, const std::string& reason) {
    item.state = BacsState::returned;
    item.return_id = make_uuid(parts_.rng);
    const std::string transaction_id = make_uuid(parts_.rng);
    if (Booking* const original = parts_.ledger.find(
            item.transaction_id, item.kind == BacsKind::direct_debit ? Side::debit : Side::credit))
        parts_.ledger.move(*original, BookingState::returned, parts_.calendar.now());
    book(item, true, transaction_id);
    submit(bacs_return_created(item, reason));
    submit(bacs_settled(item, true, transaction_id, parts_.calendar.now()));
}

void BacsDesk::book(const BacsItem& item, bool back, const std::string& transaction_id) {
    Booking booking;
    booking.transaction_id = transaction_id;
    booking.side = (item.kind != BacsKind::direct_debit) != back ? Side::credit : Side::debit;
    booking.state = BookingState::settled;
    booking.amount = item.amount;
    booking.scheme = "Bacs";
    booking.account = item.account;
    booking.account_owner = item.account_owner;
    booking.counterpart = item.other_account;
    booking.counterpart_name = item.other_name;
    booking.reference = item.reference;
    booking.is_return = back;
    booking.return_of = back ? item.transaction_id : std::string();
    booking.created = booking.settled = parts_.calendar.now();
    // Beyond the ledger's bound it is reported anyway.
    static_cast<void>(parts_.ledger.book(std::move(booking)));
}

void BacsDesk::submit(Payload payload) {
    static_cast<void>(parts_.sender.submit(std::move(payload)));
}

} // namespace settled::sandbox
