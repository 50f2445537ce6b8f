#include "record_linkage/origin_index.h"

#include "match/choice.h"
#include "record_linkage/crowds.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace settled::record_linkage {

namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t minor_max = std::numeric_limits<std::int64_t>::max();

// What kind of evidence a key stands for; those of memos have keys of their own. Keys are made of
// texts, not of their numbers, so that the order of rows changes nothing.
enum Kind : std::uint64_t { any = 0x100, amount, end_to_end_id, payer_account, payer_name };

bool all_have_account(const Side& side) {
    return std::ranges::all_of(side.transfers, [](const Transfer& t) { return t.account != 0; });
}

} // namespace

OriginIndex::OriginIndex(const Side& origins, const Side& destinations, const Texts& texts,
                         const Bounds& reach, const MemoComparer& memos, const MemoComparer& names)
    : origins_(&origins), destinations_(&destinations), texts_(&texts), reach_(reach),
      memos_(&memos), names_(&names), whole_days_(!origins.has_times || !destinations.has_times),
      has_accounts_(texts.accounts.size() > 1),
      by_account_(all_have_account(origins) && all_have_account(destinations)),
      has_ids_(texts.accounts.size() > 1 || texts.end_to_end_ids.size() > 1 ||
               texts.payer_names.memo_count() > 1),
      bucket_width_(-std::log(1 - static_cast<double>(reach_.band_ppm) / 1e6)),
      amounts_(texts.currencies.size()), postings_(index()) {
    for (const Transfer& origin : origins.transfers) {
        times_.push_back(time_of(origin));
        places_.push_back({.at = times_.back(),
                           .minor = origin.minor,
                           .signature = memos.signature(origin.memo),
                           .memo = origin.memo,
                           .currency = origin.currency,
                           .account = origin.account,
                           .has_memo = !memos.is_empty(origin.memo)});
    }
    for (const Side* const side : {&origins, &destinations})
        for (const Transfer& transfer : side->transfers)
            amounts_[transfer.currency].push_back(transfer.minor);
    for (auto& amounts : amounts_)
        std::ranges::sort(amounts);
    count_crowds();
}

Postings OriginIndex::index() const {
    return {origins_->transfers.size() * 16, [this](const auto& visit) {
                std::vector<Evidence> shared;
                for (std::uint32_t i = 0; i < origins_->transfers.size(); ++i) {
                    const Transfer& origin = origins_->transfers[i];
                    const std::uint64_t group = group_of(origin, bucket_of(origin.minor));
                    visit(any_key(group), i);
                    visit(amount_key(origin), i);
                    shared.clear();
                    evidence_of(origin, MemoComparer::Role::index, shared);
                    for (const Evidence& evidence : shared)
                        visit(key_of_two(evidence.key, group), i);
                }
            }};
}

void OriginIndex::evidence_of(const Transfer& transfer, MemoComparer::Role role,
                              std::vector<Evidence>& out) const {
    memos_->evidence_of(transfer.memo, role, out);
    if (!has_ids_)
        return;
    const auto add = [&](Kind kind, std::uint64_t what) {
        out.push_back({.key = key_of_two(kind, what), .is_id = true});
    };
    if (transfer.end_to_end_id != Names::absent)
        add(end_to_end_id, key_of(texts_->end_to_end_ids.text(transfer.end_to_end_id)));
    if (transfer.payer_account != Names::absent)
        add(payer_account, key_of(texts_->accounts.text(transfer.payer_account)));
    if (!names_->is_empty(transfer.payer_name))
        add(payer_name, names_->words_key(transfer.payer_name));
}

// Where some rows have no account, those that have one are in two groups: of their account, and of
// all, for destinations without one.
void OriginIndex::count_crowds() {
    constexpr std::uint64_t all = 1;
    const auto group = [](std::uint64_t currency, std::uint64_t which) {
        return key_of_two(currency, which + 2); // 2: no account
    };
    const bool mixed = has_accounts_ && !by_account_;
    std::vector<Member> members;
    for (std::uint32_t i = 0; i < origins_->transfers.size(); ++i) {
        const Transfer& origin = origins_->transfers[i];
        members.push_back({group(origin.currency, origin.account), origin.minor, i});
        if (mixed)
            members.push_back({key_of_two(origin.currency, all), origin.minor, i});
    }
    std::vector<Question> questions;
    for (const Transfer& destination : destinations_->transfers) {
        const Reach reach = reach_before(destination);
        const auto ask = [&](std::uint64_t which) {
            questions.push_back({which, reach.low, reach.high, reach.first, reach.last});
        };
        ask(mixed && destination.account == 0 ? key_of_two(destination.currency, all)
                                              : group(destination.currency, destination.account));
        if (mixed)
            ask(destination.account == 0 ? 0 : group(destination.currency, 0));
    }
    crowds_.assign(destinations_->transfers.size(), 0);
    const auto counts = record_linkage::count_crowds(members, questions);
    for (std::size_t q = 0; q < counts.size(); ++q)
        crowds_[mixed ? q / 2 : q] += counts[q];
}

std::int64_t OriginIndex::time_of(const Transfer& transfer) const {
    return whole_days_ ? transfer.at.us - transfer.at.us % day_us : transfer.at.us;
}

std::int64_t OriginIndex::bucket_of(std::int64_t minor) const {
    if (reach_.band_ppm == 0)
        return minor;
    return static_cast<std::int64_t>(std::log(static_cast<double>(minor)) / bucket_width_);
}

std::uint64_t OriginIndex::group_of(const Transfer& transfer, std::int64_t bucket) const {
    const std::uint64_t currency = key_of(texts_->currencies[transfer.currency].code());
    const std::uint64_t account = by_account_ ? key_of(texts_->accounts.text(transfer.account)) : 0;
    return key_of_two(key_of_two(currency, account), static_cast<std::uint64_t>(bucket));
}

OriginIndex::Groups OriginIndex::groups_around(const Transfer& destination) const {
    const std::int64_t middle = bucket_of(destination.minor);
    const std::int64_t around = reach_.band_ppm == 0 ? 0 : 1;
    Groups groups;
    for (std::int64_t bucket = middle - around; bucket <= middle + around; ++bucket)
        groups.keys[groups.count++] = group_of(destination, bucket);
    return groups;
}

std::uint64_t OriginIndex::any_key(std::uint64_t group) {
    return key_of_two(any, group);
}

std::uint64_t OriginIndex::amount_key(const Transfer& transfer) const {
    return key_of_two(amount, group_of(transfer, transfer.minor));
}

OriginIndex::Reach OriginIndex::reach_of(const Transfer& destination, std::int64_t from,
                                         std::int64_t to) const {
    const auto place = [&](auto at) { return static_cast<std::uint32_t>(at - times_.begin()); };
    const auto minor = static_cast<__int128>(destination.minor);
    return {.first = place(std::ranges::lower_bound(times_, from)),
            .last = place(std::ranges::upper_bound(times_, to)),
            .low = static_cast<std::int64_t>((minor * (1'000'000 - reach_.band_ppm) + 999'999) /
                                             1'000'000),
            .high = static_cast<std::int64_t>(
                std::min<__int128>(minor * 1'000'000 / (1'000'000 - reach_.band_ppm), minor_max))};
}

OriginIndex::Reach OriginIndex::reach_before(const Transfer& destination) const {
    const std::int64_t skew =
        whole_days_ ? 0 : std::chrono::microseconds(match::clock_skew_max).count();
    const std::int64_t at = time_of(destination);
    return reach_of(destination, at - reach_.window.count(), at + skew);
}

OriginIndex::Reach OriginIndex::reach_after(const Transfer& destination) const {
    const std::int64_t skew =
        whole_days_ ? day_us : std::chrono::microseconds(std::chrono::hours(1)).count();
    const std::int64_t at = time_of(destination);
    return reach_of(destination, at + skew, at + reach_.window.count());
}

double OriginIndex::amount_chance(const Transfer& destination) const {
    const auto& amounts = amounts_[destination.currency];
    const auto count = [&](std::int64_t low, std::int64_t high) {
        return static_cast<double>(std::ranges::upper_bound(amounts, high) -
                                   std::ranges::lower_bound(amounts, low));
    };
    const double share = static_cast<double>(reach_.band_ppm) / 1e6;
    const auto middle = static_cast<double>(destination.minor);
    const double exact = std::max(count(destination.minor, destination.minor) - 2, 0.0) + 0.5;
    const double all = count(static_cast<std::int64_t>(middle * (1 - share)),
                             static_cast<std::int64_t>(middle / (1 - share)));
    return std::log(std::min(1.0, exact / std::max(all - 1, exact)));
}

} // namespace settled::record_linkage
