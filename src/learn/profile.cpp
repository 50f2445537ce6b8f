#include "learn/profile.h"

#include <algorithm>

namespace settled::learn {

namespace {

constexpr std::int64_t day_us = std::chrono::microseconds(fading_step).count();

} // namespace

Instant Profile::day_of(Instant at) {
    return {at.us - at.us % day_us};
}

void Profile::fade_to(Instant now) {
    const std::int64_t days = (day_of(now).us - as_of_.us) / day_us;
    if (days <= 0)
        return;
    for (Survival& survival : survivals_)
        survival.fade(days);
    reference_.fade(days);
    latency_.fade(days);
    observed_ = faded(observed_, days);
    as_of_ = day_of(now);
}

void Profile::count(Identifier identifier, std::string_view sent, std::string_view arrived) {
    if (sent.empty())
        return; // what was not sent cannot survive
    Survival& survival = survivals_[static_cast<std::size_t>(identifier)];
    (arrived.empty()   ? survival.absent
     : arrived == sent ? survival.survived
                       : survival.altered) += one;
}

void Profile::observe(const MatchedPair& pair, Instant now) {
    fade_to(now);
    const match::MatchFields& sent = pair.payment;
    const match::MatchFields& arrived = pair.settlement;
    if (teaches(pair.rank, Identifier::uetr))
        count(Identifier::uetr, sent.uetr, arrived.uetr);
    if (teaches(pair.rank, Identifier::end_to_end_id))
        count(Identifier::end_to_end_id, sent.end_to_end_id, arrived.end_to_end_id);
    if (teaches(pair.rank, Identifier::payer))
        count(Identifier::payer, sent.other_account, arrived.other_account);
    if (teaches(pair.rank, Identifier::reference)) {
        count(Identifier::reference, sent.reference, arrived.reference);
        reference_.observe(
            {pair.payment_reference, pair.settlement_reference, sent.reference, arrived.reference});
    }
    if (!teaches_latency(pair.rank))
        return;
    observed_ += one;
    latency_.observe(std::max(arrived.at - sent.at, std::chrono::microseconds(0)));
}

void Profile::merge(const Profile& other) {
    Profile from = other;
    from.fade_to(as_of_);
    fade_to(from.as_of_);
    for (std::size_t i = 0; i < survivals_.size(); ++i)
        survivals_[i].add(from.survivals_[i]);
    reference_.add(from.reference_);
    latency_.add(from.latency_);
    observed_ += from.observed_;
}

Share Profile::survives(Identifier identifier, double z) const {
    const Survival& counts = survival(identifier);
    return share_of(counts.survived, counts.seen(), z);
}

} // namespace settled::learn
