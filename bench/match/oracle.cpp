#include "bench/match/oracle.h"

#include <algorithm>
#include <string_view>

namespace settled::bench {

namespace {

bool contradict(std::string_view a, std::string_view b) {
    return !a.empty() && !b.empty() && a != b;
}

bool is_cut_of(std::string_view part, std::string_view whole) {
    return part.size() >= 8 && (whole.starts_with(part) || whole.ends_with(part));
}

// A reference that was put into the id's place, which may be too short for it.
bool came_as_id(std::string_view reference, std::string_view id) {
    return !reference.empty() && (reference == id || (id.size() >= 8 && reference.starts_with(id)));
}

bool texts_fit(const match::MatchFields& payment, const match::MatchFields& settlement) {
    const std::string_view sent = payment.reference;
    const std::string_view arrived = settlement.reference;
    return !contradict(sent, arrived) || is_cut_of(sent, arrived) || is_cut_of(arrived, sent) ||
           arrived == payment.end_to_end_id || came_as_id(sent, settlement.end_to_end_id);
}

// Whether anything but account and amount speaks for it.
bool something_fits(const match::MatchFields& payment, const match::MatchFields& settlement) {
    const auto equal = [](std::string_view a, std::string_view b) { return !a.empty() && a == b; };
    return equal(payment.uetr, settlement.uetr) ||
           equal(payment.end_to_end_id, settlement.end_to_end_id) ||
           equal(payment.end_to_end_id, settlement.reference) ||
           came_as_id(payment.reference, settlement.end_to_end_id) ||
           (!payment.reference.empty() && !settlement.reference.empty() &&
            texts_fit(payment, settlement));
}

bool amounts_fit(const match::MatchFields& payment, const match::MatchFields& settlement) {
    return payment.amount == settlement.amount ||
           (payment.accepted_range && payment.accepted_range->hold(settlement.amount)) ||
           something_fits(payment, settlement);
}

} // namespace

bool could_be(const match::MatchFields& payment, const match::MatchFields& settlement) {
    const bool crossed = came_as_id(payment.reference, settlement.end_to_end_id);
    const auto earliest = settlement.at + std::chrono::minutes(5);
    return payment.account == settlement.account && amounts_fit(payment, settlement) &&
           texts_fit(payment, settlement) && !contradict(payment.uetr, settlement.uetr) &&
           (crossed || !contradict(payment.end_to_end_id, settlement.end_to_end_id)) &&
           !contradict(payment.other_account, settlement.other_account) && payment.at <= earliest;
}

Oracle::Oracle(const World& world, const Engine& engine) : world_(world) {
    for (std::uint32_t i = 0; i < world.payments.size(); ++i)
        if (engine.is_open(i))
            open_payments_[world.payments[i].identity.account].push_back(i);
    for (std::uint32_t i = 0; i < world.settlements.size(); ++i)
        if (engine.standing_of(i) != Standing::matched)
            waiting_[world.settlements[i].identity.account].push_back(i);
}

bool Oracle::is_ambiguous(std::uint32_t settlement) const {
    const match::MatchFields& judged = world_.settlements[settlement].identity;
    const auto payments = open_payments_.find(judged.account);
    if (payments == open_payments_.end())
        return false;
    std::vector<std::uint32_t> meant;
    std::ranges::copy_if(payments->second, std::back_inserter(meant), [&](std::uint32_t payment) {
        return could_be(world_.payments[payment].identity, judged);
    });
    if (meant.size() != 1)
        return meant.size() > 1;
    const match::MatchFields& payment = world_.payments[meant.front()].identity;
    return std::ranges::any_of(waiting_.at(judged.account), [&](std::uint32_t other) {
        return other != settlement && could_be(payment, world_.settlements[other].identity);
    });
}

} // namespace settled::bench
