#include "statements/pairing.h"

#include "base/iban.h"
#include "match/match_fields.h"
#include "statements/charges.h"
#include "statements/text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace settled::statements {

namespace {

constexpr auto bank_clock_ahead_max = std::chrono::hours(3);
constexpr std::size_t reference_within_min = 6; // characters
// A shorter id of a transaction is a counter, which both sides may have for different money.
constexpr std::size_t transaction_id_min = 4;
// Pairs of one amount that are compared one by one; more are not distinguished by their texts.
constexpr std::size_t comparisons_max = 4'000'000;

using Group = std::vector<std::size_t>;

bool fits_day(Instant at, Instant day) {
    for (const Instant moment : {at, at + bank_clock_ahead_max}) {
        const Instant own = day_of(moment);
        if (own == day || (is_weekend(own) && next_monday(own) == day))
            return true;
    }
    return false;
}

bool fits_day(const Known& settlement, const Booked& entry) {
    return fits_day(settlement.at, entry.booked) || fits_day(settlement.at, entry.value);
}

bool contradict(const std::string& a, const std::string& b) {
    return !a.empty() && !b.empty() && a != b;
}

// An end-to-end id may be cut on one side.
bool are_one_id(const std::string& a, const std::string& b) {
    return a.starts_with(b) || b.starts_with(a);
}

bool contradict(const Booked& entry, const Known& settlement) {
    return contradict(entry.uetr, settlement.uetr) ||
           (contradict(entry.end_to_end_id, settlement.end_to_end_id) &&
            !are_one_id(entry.end_to_end_id, settlement.end_to_end_id));
}

bool within(const std::string& part, const std::string& whole) {
    return part.size() >= reference_within_min && whole.contains(part);
}

bool texts_meet(const Booked& entry, const Known& settlement) {
    return within(settlement.reference, entry.reference) ||
           within(entry.reference, settlement.reference) ||
           within(settlement.end_to_end_id, entry.reference) ||
           within(entry.end_to_end_id, settlement.reference);
}

bool is_fit(Rung rung, const Booked& entry, const Known& settlement) {
    if (entry.minor != settlement.minor)
        return false;
    switch (rung) {
    case Rung::none:
        return false;
    case Rung::transaction_id:
    case Rung::uetr:
        return true; // by its key
    case Rung::end_to_end_id:
        return fits_day(settlement, entry) && !contradict(entry, settlement);
    case Rung::reference:
    case Rung::reference_within_text:
        return fits_day(settlement, entry) && !contradict(entry, settlement) &&
               !contradict(entry.other_account, settlement.other_account) &&
               (rung == Rung::reference || texts_meet(entry, settlement));
    }
    return false;
}

// What must be equal before two are compared; none: it takes no part in the rung.
std::vector<std::string> keys_of(Rung rung, const Booked& entry) {
    switch (rung) {
    case Rung::none:
        return {};
    case Rung::transaction_id:
        return entry.ids;
    case Rung::uetr:
        return {entry.uetr};
    case Rung::end_to_end_id:
        return {entry.end_to_end_id};
    case Rung::reference:
        return {entry.reference};
    case Rung::reference_within_text:
        return {"any"};
    }
    return {};
}

std::string key_of(Rung rung, const Known& settlement) {
    switch (rung) {
    case Rung::none:
        return {};
    case Rung::transaction_id:
        return settlement.transaction_id;
    case Rung::uetr:
        return settlement.uetr;
    case Rung::end_to_end_id:
        return settlement.end_to_end_id;
    case Rung::reference:
        return settlement.reference;
    case Rung::reference_within_text:
        return "any";
    }
    return {};
}

auto looks(const Booked& e) {
    return std::tie(e.booked, e.value, e.minor, e.uetr, e.end_to_end_id, e.reference,
                    e.other_account, e.other_name);
}

auto looks(const Known& s) {
    return std::tie(s.minor, s.uetr, s.end_to_end_id, s.reference, s.other_account, s.other_name);
}

// Entries and settlements that are joined by fits, as one numbering: settlements behind entries.
class Groups {
  public:
    explicit Groups(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    }
    std::size_t root(std::size_t at) {
        while (parent_[at] != at)
            at = parent_[at] = parent_[parent_[at]];
        return at;
    }
    void join(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

  private:
    std::vector<std::size_t> parent_;
};

class Pairer {
  public:
    Pairer(std::span<const Booked> entries, std::span<const Known> settlements)
        : entries_(entries), settlements_(settlements), result_(entries.size()),
          taken_(settlements.size()) {}

    std::vector<Pairing> run() {
        for (const Rung rung : {Rung::transaction_id, Rung::uetr, Rung::end_to_end_id,
                                Rung::reference, Rung::reference_within_text})
            climb(rung);
        return std::move(result_);
    }

  private:
    struct Bucket {
        Group entries, settlements;
    };
    using Key = std::pair<std::int64_t, std::string>;

    bool is_open(std::size_t entry) const { return result_[entry].verdict != Verdict::linked; }

    // The pairs that may be are those of one amount and one key.
    std::map<Key, Bucket> buckets(Rung rung) const {
        std::map<Key, Bucket> buckets;
        for (std::size_t i = 0; i < settlements_.size(); ++i)
            if (std::string key = key_of(rung, settlements_[i]); !taken_[i] && !key.empty())
                buckets[{settlements_[i].minor, std::move(key)}].settlements.push_back(i);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (!is_open(i))
                continue;
            for (std::string& key : keys_of(rung, entries_[i]))
                if (const auto found = buckets.find({entries_[i].minor, std::move(key)});
                    found != buckets.end())
                    found->second.entries.push_back(i);
        }
        return buckets;
    }

    void climb(Rung rung) {
        Groups groups(entries_.size() + settlements_.size());
        std::vector<bool> joined(entries_.size() + settlements_.size());
        for (const auto& [key, bucket] : buckets(rung)) {
            if (bucket.entries.empty())
                continue;
            if (bucket.entries.size() * bucket.settlements.size() > comparisons_max) {
                for (const std::size_t e : bucket.entries)
                    result_[e] = {Verdict::ambiguous, rung, {}, false};
                continue;
            }
            for (const std::size_t e : bucket.entries)
                for (const std::size_t s : bucket.settlements)
                    if (is_fit(rung, entries_[e], settlements_[s])) {
                        groups.join(e, entries_.size() + s);
                        joined[e] = joined[entries_.size() + s] = true;
                    }
        }
        std::map<std::size_t, Bucket> found;
        for (std::size_t i = 0; i < joined.size(); ++i) {
            if (!joined[i])
                continue;
            Bucket& group = found[groups.root(i)];
            if (i < entries_.size())
                group.entries.push_back(i);
            else
                group.settlements.push_back(i - entries_.size());
        }
        for (auto& [root, group] : found)
            decide(rung, group);
    }

    void decide(Rung rung, Bucket& group) {
        const bool one = group.entries.size() == 1 && group.settlements.size() == 1;
        if (!one && !are_twins(group)) {
            for (const std::size_t e : group.entries)
                result_[e] = {Verdict::ambiguous, rung, {}, false};
            return;
        }
        std::ranges::sort(group.entries, {}, [&](std::size_t e) { return entries_[e].number; });
        std::ranges::sort(group.settlements, {},
                          [&](std::size_t s) { return settlements_[s].id.value; });
        for (std::size_t i = 0; i < group.entries.size(); ++i) {
            const std::size_t s = group.settlements[i];
            result_[group.entries[i]] = {Verdict::linked, rung, settlements_[s].id, !one};
            taken_[s] = true;
        }
    }

    bool are_twins(const Bucket& group) const {
        const Booked& entry = entries_[group.entries.front()];
        const Known& settlement = settlements_[group.settlements.front()];
        return group.entries.size() == group.settlements.size() &&
               std::ranges::all_of(
                   group.entries,
                   [&](std::size_t e) { return looks(entries_[e]) == looks(entry); }) &&
               std::ranges::all_of(group.settlements, [&](std::size_t s) {
                   return looks(settlements_[s]) == looks(settlement);
               });
    }

    std::span<const Booked> entries_;
    std::span<const Known> settlements_;
    std::vector<Pairing> result_;
    std::vector<bool> taken_;
};

// Which ids are one, of a pair that differs in amount.
Rung rung_of(const Booked& entry, const Known& settlement) {
    const bool by_id = std::ranges::find(entry.ids, settlement.transaction_id) != entry.ids.end();
    if (by_id)
        return Rung::transaction_id;
    return !entry.uetr.empty() && entry.uetr == settlement.uetr ? Rung::uetr : Rung::end_to_end_id;
}

} // namespace

std::string_view token(Rung rung) {
    static constexpr std::array<std::string_view, 6> tokens{
        "none", "transaction_id", "uetr", "end_to_end_id", "reference", "reference_within_text"};
    return tokens[static_cast<std::size_t>(rung)];
}

std::string_view token(Verdict verdict) {
    static constexpr std::array<std::string_view, 4> tokens{"missing_webhook", "ambiguous",
                                                            "linked", "amount_differs"};
    return tokens[static_cast<std::size_t>(verdict)];
}

std::vector<Pairing> pair(std::span<const Booked> entries, std::span<const Known> settlements) {
    return Pairer(entries, settlements).run();
}

std::vector<Pairing> pair_leftovers(std::span<const Booked> entries,
                                    std::span<const Known> settlements) {
    std::map<std::string, std::vector<std::size_t>> by_id; // transaction ids and UETRs
    std::map<std::string, std::vector<std::size_t>> by_end_to_end_id;
    for (std::size_t i = 0; i < settlements.size(); ++i) {
        for (const std::string& id : {settlements[i].transaction_id, settlements[i].uetr})
            if (!id.empty())
                by_id[id].push_back(i);
        if (!settlements[i].end_to_end_id.empty())
            by_end_to_end_id[settlements[i].end_to_end_id].push_back(i);
    }
    // One entry that names one settlement, and is the only one that names it.
    std::map<std::size_t, std::vector<std::size_t>> named;
    for (std::size_t e = 0; e < entries.size(); ++e) {
        std::vector<std::size_t> candidates;
        std::vector<std::string> ids = entries[e].ids;
        ids.push_back(entries[e].uetr);
        for (const std::string& id : ids)
            if (const auto found = by_id.find(id); found != by_id.end())
                candidates.insert(candidates.end(), found->second.begin(), found->second.end());
        // The sender's id names a payment together with the day: a bank may book it net of charges.
        if (const auto found = by_end_to_end_id.find(entries[e].end_to_end_id);
            candidates.empty() && found != by_end_to_end_id.end())
            std::ranges::copy_if(found->second, std::back_inserter(candidates), [&](std::size_t s) {
                return fits_day(settlements[s], entries[e]);
            });
        std::ranges::sort(candidates);
        const auto repeated = std::ranges::unique(candidates);
        candidates.erase(repeated.begin(), repeated.end());
        if (candidates.size() == 1)
            named[candidates.front()].push_back(e);
    }
    std::vector<Pairing> result(entries.size());
    for (const auto& [s, by] : named)
        if (by.size() == 1)
            result[by.front()] = {Verdict::amount_differs,
                                  rung_of(entries[by.front()], settlements[s]), settlements[s].id,
                                  false};
    return result;
}

Instant settled_before(Instant last_day) {
    Instant day = last_day;
    while (is_weekend(day)) // what settled from then on may be booked on Monday
        day.us -= day_us;
    return {day.us + day_us - std::chrono::microseconds(bank_clock_ahead_max).count()};
}

Booked booked_of(std::int64_t number, const Entry& entry) {
    Booked booked;
    booked.number = number;
    booked.booked = entry.booked;
    booked.value = entry.value;
    booked.minor = entry.amount.minor;
    for (const std::string* id :
         {&entry.transaction_id, &entry.bank_reference, &entry.instruction_id})
        if (std::string text = match::canonical(*id); text.size() >= transaction_id_min)
            booked.ids.push_back(std::move(text));
    std::ranges::sort(booked.ids);
    const auto repeated = std::ranges::unique(booked.ids);
    booked.ids.erase(repeated.begin(), repeated.end());
    booked.uetr = match::canonical(entry.uetr);
    booked.end_to_end_id = match::canonical_end_to_end_id(entry.end_to_end_id);
    booked.reference = match::canonical_reference(without_charges(entry.remittance));
    booked.other_account = account_key(entry.counterparty_account);
    booked.other_name = match::canonical(entry.counterparty_name);
    return booked;
}

} // namespace settled::statements
