#include "match/compare.h"

#include <algorithm>
#include <string_view>

namespace settled::match {

namespace {

Ids compare_ids(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty())
        return Ids::absent;
    return a == b ? Ids::equal : Ids::differ;
}

Ids compare_names(std::string_view a, std::string_view b) {
    const Ids whole = compare_ids(a, b);
    if (whole != Ids::differ || std::min(a.size(), b.size()) < name_part_min)
        return whole;
    const bool inside = a.contains(b) || b.contains(a);
    return inside ? Ids::equal : Ids::differ;
}

bool is_part_of(std::string_view part, std::string_view whole) {
    return whole.starts_with(part) || whole.ends_with(part);
}

References compare_references(std::string_view payment, std::string_view settlement) {
    if (payment.empty() || settlement.empty())
        return References::absent;
    if (payment == settlement)
        return References::equal;
    if (std::min(payment.size(), settlement.size()) < part_min)
        return References::differ;
    if (is_part_of(settlement, payment))
        return References::payment_longer;
    return is_part_of(payment, settlement) ? References::settlement_longer : References::differ;
}

bool start_alike(std::string_view a, std::string_view b) {
    return std::min(a.size(), b.size()) >= start_length &&
           a.substr(0, start_length) == b.substr(0, start_length);
}

Amounts compare_amounts(const MatchFields& payment, const Money& arrived) {
    if (payment.amount == arrived)
        return Amounts::equal;
    if (payment.accepted_range && payment.accepted_range->hold(arrived))
        return Amounts::accepted;
    if (payment.amount.currency != arrived.currency)
        return Amounts::foreign;
    return arrived.minor < payment.amount.minor ? Amounts::less : Amounts::more;
}

// If only one identifier can pass, a bank may carry it in the other's place (Open Banking UK,
// payment initiation 4.0: the creditor reference "in the end-to-end transaction identification").
bool id_stands_as_reference(std::string_view id, std::string_view reference) {
    return id.size() >= end_to_end_id_min && id == reference;
}
bool reference_stands_as_id(std::string_view reference, std::string_view id) {
    return id_stands_as_reference(id, reference) ||
           (id.size() >= crossed_part_min && reference.starts_with(id));
}

} // namespace

Comparison compare(const MatchFields& payment, const MatchFields& settlement) {
    const bool id_as_reference =
        id_stands_as_reference(payment.end_to_end_id, settlement.reference);
    const bool reference_as_id =
        reference_stands_as_id(payment.reference, settlement.end_to_end_id);
    Comparison c;
    c.account = !payment.account.empty() && payment.account == settlement.account;
    c.single_use = payment.single_use;
    c.in_order = payment.at <= settlement.at + clock_skew_max;
    c.amounts = compare_amounts(payment, settlement.amount);
    c.uetr = compare_ids(payment.uetr, settlement.uetr);
    c.end_to_end_id = compare_ids(payment.end_to_end_id, settlement.end_to_end_id);
    c.end_to_end_id_is_long = payment.end_to_end_id.size() >= end_to_end_id_min;
    c.reference = compare_references(payment.reference, settlement.reference);
    c.same_start = start_alike(payment.reference, settlement.reference);
    c.id_may_be_reference = reference_as_id && settlement.reference.empty();
    c.crossed = id_as_reference || reference_as_id;
    // A place that holds the other identifier says nothing about its own.
    if (reference_as_id && c.end_to_end_id == Ids::differ)
        c.end_to_end_id = Ids::absent;
    if (id_as_reference && c.reference == References::differ)
        c.reference = References::absent;
    c.payer = compare_ids(payment.other_account, settlement.other_account);
    c.name = compare_names(payment.other_name, settlement.other_name);
    c.delay = std::chrono::microseconds(settlement.at.us - payment.at.us);
    return c;
}

} // namespace settled::match
