#include "sandbox/core_bank/books.h"

#include "base/bytes.h"
#include "sandbox/bounds.h"

#include <array>

namespace settled::sandbox {

namespace {

std::unexpected<CoreError> refused(std::int64_t code, std::string reason, std::string source = {}) {
    return std::unexpected(CoreError{400, code, std::move(reason), std::move(source)});
}

std::unexpected<CoreError> invalid(std::string source) {
    return refused(4, "INVALID_PARAMETERS", std::move(source));
}

std::string name_of(std::string_view set, std::string_view field) {
    return std::string(set) + "." + std::string(field);
}

bool is_known(const std::map<std::string, std::set<std::string>>& known, const std::string& set,
              const std::string& field) {
    const auto found = known.find(set);
    return found != known.end() && found->second.contains(field);
}

} // namespace

CoreSetup published_setup() {
    CoreSetup setup;
    setup.channels = {"cash",
                      "MBU_Loan_Disbursement_FPS",
                      "MBU_Loan_Disbursement_CHAPS",
                      "CB_Loan_Disbursement_FPS",
                      "CB_Loan_Disbursement_CHAPS",
                      "CB_Loan_Repayment_FPS",
                      "CB_Loan_Repayment_CHAPS"};
    setup.loan_fields["_ClearBank_Loan"] = {"virtualAccountId", "ibanLoan", "assignedLoanUser"};
    setup.transaction_fields["_ClearBank_Transaction"] = {
        "creditorName",       "creditorIBAN",           "debtorName",
        "debtorIBAN",         "paymentReference",       "transactionEndToEndId",
        "transactionStatus",  "creditorSortCode",       "creditorAccountNumber",
        "creditorStreetName", "creditorBuildingNumber", "creditorTownName",
        "creditorPostCode",   "creditorCountry"};
    setup.unique_fields = {"_ClearBank_Loan.virtualAccountId", "_ClearBank_Loan.ibanLoan"};
    return setup;
}

CoreBooks::CoreBooks(const Clock& clock, Rng& rng) : clock_(clock), rng_(rng) {}

std::string CoreBooks::make_key() {
    std::array<std::uint8_t, 16> bytes{};
    rng_.fill(bytes);
    return to_hex(bytes);
}

CoreResult<CoreLoan*> CoreBooks::open(CoreLoan loan) {
    if (loans_.size() >= bounds::core_loans_max)
        return invalid("too many loans");
    if (loan.id.empty())
        loan.id = "LN-" + std::to_string(loans_.size() + 1);
    if (loan_places_.contains(loan.id))
        return invalid("id");
    if (auto known = check_fields(loan.fields, setup_.loan_fields); !known)
        return std::unexpected(known.error());
    loan.key = make_key();
    loan.holder.key = make_key();
    loan.created = clock_.now();
    const std::size_t place = loans_.size();
    loan_places_[loan.id] = place;
    loan_places_[loan.key] = place;
    holder_places_[loan.holder.key] = place;
    for (const auto& [set, values] : loan.fields)
        for (const auto& [field, value] : values)
            values_[name_of(set, field) + "=" + value].insert(place);
    return &loans_.emplace_back(std::move(loan));
}

CoreLoan* CoreBooks::find_loan(std::string_view id_or_key) {
    const auto found = loan_places_.find(std::string(id_or_key));
    return found == loan_places_.end() ? nullptr : &loans_[found->second];
}

CoreBooking* CoreBooks::find_booking(std::string_view id_or_key) {
    const auto found = booking_places_.find(std::string(id_or_key));
    return found == booking_places_.end() ? nullptr : &journal_[found->second];
}

const CoreBooking* CoreBooks::find_by_external_id(const std::string& id) const {
    const auto found = external_ids_.find(id);
    return found == external_ids_.end() ? nullptr : &journal_[found->second];
}

const CoreHolder* CoreBooks::find_holder(std::string_view key, bool is_group) const {
    const auto found = holder_places_.find(std::string(key));
    if (found == holder_places_.end() || loans_[found->second].holder.is_group != is_group)
        return nullptr;
    return &loans_[found->second].holder;
}

std::vector<CoreLoan*> CoreBooks::loans_with(const std::string& set, const std::string& field,
                                             const std::string& value) {
    std::vector<CoreLoan*> found;
    if (const auto places = values_.find(name_of(set, field) + "=" + value);
        places != values_.end())
        for (const std::size_t place : places->second)
            found.push_back(&loans_[place]);
    return found;
}

CoreResult<>
CoreBooks::check_fields(const CustomFields& fields,
                        const std::map<std::string, std::set<std::string>>& known) const {
    for (const auto& [set, values] : fields)
        for (const auto& [field, value] : values)
            if (value.empty() || !is_known(known, set, field))
                return invalid(name_of(set, field));
    return {};
}

CoreResult<> CoreBooks::check(const CoreLoan& loan, const CoreOrder& order) {
    if (loan.state == "CLOSED")
        return refused(105, "INVALID_ACCOUNT_STATE", "accountState");
    if (loan.sub_state == "LOCKED")
        return refused(105, "INVALID_ACCOUNT_STATE", "accountSubState");
    if (!setup_.channels.contains(order.channel))
        return invalid("transactionDetails.transactionChannelId");
    if (!order.external_id.empty() && external_ids_.contains(order.external_id)) {
        ++duplicates_refused_;
        return invalid("externalId");
    }
    if (order.amount_minor && *order.amount_minor <= 0)
        return invalid("amount");
    if (order.value_date && *order.value_date > clock_.now())
        return refused(111, "INVALID_REPAYMENT_DATE_ERROR", "valueDate");
    return check_fields(order.fields, setup_.transaction_fields);
}

CoreBooking& CoreBooks::book(CoreLoan& loan, std::string type, std::int64_t amount,
                             CoreOrder order) {
    CoreBooking booking;
    booking.key = make_key();
    booking.id = std::to_string(++last_booking_);
    booking.external_id = std::move(order.external_id);
    booking.loan_key = loan.key;
    booking.type = std::move(type);
    booking.amount_minor = amount;
    booking.channel = std::move(order.channel);
    booking.notes = std::move(order.notes);
    booking.extra = std::move(order.extra);
    booking.fields = std::move(order.fields);
    booking.created = clock_.now();
    booking.value_date = order.value_date.value_or(booking.created);
    booking.by_api = order.by_api;
    const std::size_t place = journal_.size();
    booking_places_[booking.key] = place;
    booking_places_[booking.id] = place;
    if (!booking.external_id.empty())
        external_ids_[booking.external_id] = place;
    loan.bookings.push_back(place);
    return journal_.emplace_back(std::move(booking));
}

CoreResult<CoreBooking*> CoreBooks::disburse(CoreLoan& loan, CoreOrder order) {
    if (loan.state != "APPROVED" && loan.state != "ACTIVE")
        return refused(105, "INVALID_ACCOUNT_STATE", "accountState");
    if (auto good = check(loan, order); !good)
        return std::unexpected(good.error());
    const std::int64_t amount =
        order.amount_minor.value_or(loan.amount_minor - loan.disbursed_minor);
    if (amount <= 0 || amount > loan.amount_minor - loan.disbursed_minor)
        return invalid("amount");
    loan.state = "ACTIVE";
    loan.disbursed_minor += amount;
    loan.owed_minor += amount;
    return &book(loan, "DISBURSEMENT", amount, std::move(order));
}

CoreResult<CoreBooking*> CoreBooks::repay(CoreLoan& loan, CoreOrder order) {
    if (!order.amount_minor)
        return invalid("amount");
    if (auto good = check(loan, order); !good)
        return std::unexpected(good.error());
    if (loan.state != "ACTIVE")
        return refused(128, "INVALID_ACCOUNT_STATE_FOR_REPAYMENTS", "accountState");
    if (*order.amount_minor > loan.owed_minor)
        return refused(110, "EXCESS_REPAYMENT_ERROR", "amount");
    // The day counts, not the moment.
    constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;
    for (const std::size_t place : loan.bookings)
        if (journal_[place].type == "DISBURSEMENT" && journal_[place].adjusted_by.empty()) {
            if (order.value_date &&
                order.value_date->us / day_us < journal_[place].value_date.us / day_us)
                return refused(111, "INVALID_REPAYMENT_DATE_ERROR", "valueDate");
            break;
        }
    loan.owed_minor -= *order.amount_minor;
    if (loan.owed_minor == 0 && loan.disbursed_minor == loan.amount_minor) {
        loan.state = "CLOSED";
        loan.sub_state = "REPAID";
    }
    return &book(loan, "REPAYMENT", *order.amount_minor, std::move(order));
}

CoreResult<CoreBooking*> CoreBooks::adjust(CoreBooking& booking, std::string notes, bool by_api) {
    CoreLoan& loan = *find_loan(booking.loan_key);
    if (notes.empty())
        return invalid("notes");
    if (!booking.original.empty() || !booking.adjusted_by.empty())
        return refused(116, "INVALID_STATE_TRANSITION", "adjustmentTransactionKey");
    if (loan.state == "CLOSED")
        return refused(105, "INVALID_ACCOUNT_STATE", "accountState");
    for (auto at = loan.bookings.rbegin(); at != loan.bookings.rend(); ++at) {
        const CoreBooking& later = journal_[*at];
        if (later.key == booking.key)
            break;
        if (later.original.empty() && later.adjusted_by.empty())
            return refused(116, "INVALID_STATE_TRANSITION", "later transactions");
    }
    const bool is_disbursement = booking.type == "DISBURSEMENT";
    const std::int64_t amount = booking.amount_minor;
    loan.owed_minor += is_disbursement ? -amount : amount;
    if (is_disbursement) {
        loan.disbursed_minor -= amount;
        loan.state = loan.disbursed_minor == 0 ? "APPROVED" : loan.state;
    }
    CoreOrder order;
    order.notes = std::move(notes);
    order.channel = booking.channel;
    order.value_date = booking.value_date;
    order.by_api = by_api;
    const std::string key = booking.key;
    CoreBooking& adjustment = book(loan, booking.type + "_ADJUSTMENT", amount, std::move(order));
    adjustment.original = key;
    find_booking(key)->adjusted_by = adjustment.key;
    return &adjustment;
}

CoreResult<> CoreBooks::apply(CustomFields& fields, const std::vector<CorePatch>& changes,
                              const std::map<std::string, std::set<std::string>>& known) const {
    CustomFields changed = fields;
    for (const CorePatch& each : changes) {
        if (!is_known(known, each.set, each.field))
            return invalid(name_of(each.set, each.field));
        if (each.op == "remove") {
            if (changed[each.set].erase(each.field) == 0)
                return invalid(name_of(each.set, each.field));
        } else if (each.op == "add" || each.op == "replace") {
            if (each.value.empty() ||
                (each.op == "replace" && !changed[each.set].contains(each.field)))
                return invalid(name_of(each.set, each.field));
            changed[each.set][each.field] = each.value;
        } else {
            return invalid("op");
        }
        if (changed[each.set].empty())
            changed.erase(each.set);
    }
    fields = std::move(changed);
    return {};
}

CoreResult<> CoreBooks::patch(CoreLoan& loan, const std::vector<CorePatch>& changes) {
    const std::size_t place = loan_places_.at(loan.key);
    for (const CorePatch& each : changes)
        if (each.op != "remove" && setup_.unique_fields.contains(name_of(each.set, each.field)))
            for (const CoreLoan* const other : loans_with(each.set, each.field, each.value))
                if (other != &loan)
                    return invalid(name_of(each.set, each.field));
    const CustomFields before = loan.fields;
    if (auto done = apply(loan.fields, changes, setup_.loan_fields); !done)
        return done;
    for (const auto& [set, values] : before)
        for (const auto& [field, value] : values)
            values_[name_of(set, field) + "=" + value].erase(place);
    for (const auto& [set, values] : loan.fields)
        for (const auto& [field, value] : values)
            values_[name_of(set, field) + "=" + value].insert(place);
    return {};
}

CoreResult<> CoreBooks::patch(CoreBooking& booking, const std::vector<CorePatch>& changes) {
    return apply(booking.fields, changes, setup_.transaction_fields);
}

} // namespace settled::sandbox
