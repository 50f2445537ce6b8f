#include "record_linkage/candidates.h"

#include "record_linkage/cells.h"
#include "record_linkage/one_to_one.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

namespace settled::record_linkage {

namespace {

// The limits where nothing has been learnt yet, whatever those of deciding are.
constexpr std::size_t lesson_read_max = Bounds().read_max;
constexpr std::size_t lesson_compared_max = Bounds().compared_max;

constexpr float unknown_odds = 1; // without a model

float odds_of(float weight) {
    constexpr float overwhelming = 60;
    return std::exp(std::min(weight, overwhelming));
}

} // namespace

Candidates::Candidates(const OriginIndex& index, const MemoComparer& memos,
                       const Side& destinations, const Bounds& bounds, const Bounds& reach,
                       const Model* model, std::size_t begin, std::size_t end)
    : index_(index), memos_(memos), destinations_(destinations),
      read_max_(model == nullptr ? lesson_read_max : bounds.read_max),
      compared_max_(model == nullptr ? lesson_compared_max : bounds.compared_max),
      reach_bounds_(reach), model_(model),
      base_(index.reach_before(destinations.transfers[begin]).first),
      marks_(index.reach_before(destinations.transfers[end - 1]).last - base_) {}

void Candidates::gather(std::size_t destination) {
    destination_ = &destinations_.transfers[destination];
    reach_ = index_.reach_before(*destination_);
    groups_ = index_.groups_around(*destination_);
    amount_chance_.reset();
    left_out_.known.clear();
    left_out_.unread = 0;
    found_.clear();
    if (model_ != nullptr)
        crowd_weight_ = model_->weigh_crowd(
                            static_cast<float>(std::max(index_.crowd(destination), 1U)) - 0.5F) +
                        model_->other_ids_at_most();
    look_up(false);
    const auto all =
        std::accumulate(lists_.begin(), lists_.end(), std::size_t{0},
                        [](std::size_t sum, const List& list) { return sum + list.count; });
    if (all <= read_max_)
        read_all();
    else
        read_rarest();
    leave_out_strangers();
    if (found_.size() > compared_max_)
        keep_best();
    std::ranges::sort(found_);
    for (const std::uint32_t origin : seen_)
        marks_[origin - base_] = 0;
    seen_.clear();
}

float Candidates::amount_chance() {
    if (!amount_chance_)
        amount_chance_ = static_cast<float>(index_.amount_chance(*destination_));
    return *amount_chance_;
}

// The lists that suffice to find all; or also those that find the same origins with more letters.
void Candidates::look_up(bool narrowing) {
    const Postings& postings = index_.postings();
    shared_.clear();
    index_.evidence_of(*destination_, MemoComparer::Role::look_up, shared_);
    if (!narrowing)
        std::erase_if(shared_, [](const Evidence& evidence) { return evidence.narrows; });
    keys_.clear();
    for (const Evidence& evidence : shared_)
        for (std::size_t g = 0; g < groups_.count; ++g)
            keys_.push_back(key_of_two(evidence.key, groups_.keys[g]));
    for (const std::uint64_t key : keys_)
        postings.prefetch(key);
    for (const std::uint64_t key : keys_)
        postings.prefetch_list(key);
    lists_.clear();
    List amounts;
    amounts.parts[0] = postings.of(index_.amount_key(*destination_), reach_.first, reach_.last);
    amounts.count = amounts.parts[0].size();
    amounts.shares = same_amount;
    lists_.push_back(amounts);
    auto key = keys_.begin();
    for (const Evidence& evidence : shared_) {
        List list;
        list.shares = evidence.is_id ? same_id : evidence.words;
        list.narrows = evidence.narrows;
        list.is_letters = !evidence.is_id && evidence.words == 0;
        for (std::size_t g = 0; g < groups_.count; ++g) {
            list.parts[g] = postings.of(*key++, reach_.first, reach_.last);
            list.count += list.parts[g].size();
        }
        lists_.push_back(list);
    }
}

void Candidates::read_all() {
    for (const List& list : lists_)
        for (const auto part : list.parts)
            index_.prefetch_first(part);
    for (const List& list : lists_)
        read(list);
}

void Candidates::read_rarest() {
    look_up(true);
    std::vector<std::size_t> order(lists_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t k) { return std::pair(lists_[k].count, k); });
    std::size_t left = read_max_;
    std::uint16_t unread_words = 0;
    bool letters_unread = false;
    bool amounts_unread = false;
    std::size_t ids_unread = 0; // how many share it
    bool is_all = true;
    for (const std::size_t k : order) {
        const List& list = lists_[k];
        if (list.count <= left) {
            left -= list.count;
            read(list);
            continue;
        }
        left = 0;
        if (list.narrows || list.count == 0)
            continue;
        is_all = false;
        unread_words = static_cast<std::uint16_t>(unread_words | (list.shares & words_mask));
        letters_unread = letters_unread || list.is_letters;
        amounts_unread = amounts_unread || (list.shares & same_amount) != 0;
        if ((list.shares & same_id) != 0 && ids_unread == 0)
            ids_unread = list.count;
    }
    if (!is_all && model_ == nullptr)
        left_out_.unread = unknown_odds;
    else if (!is_all)
        count_unread(unread_words, letters_unread, amounts_unread, ids_unread);
}

void Candidates::read(const List& list) {
    for (const auto part : list.parts)
        index_.for_each(part, [&](std::uint32_t origin) {
            std::uint16_t& mark = marks_[origin - base_];
            if (mark == 0) {
                seen_.push_back(origin);
                mark = looked_at;
                if (index_.may_belong(index_.origin(origin), *destination_, reach_))
                    found_.push_back(origin);
                else
                    mark |= out_of_reach;
            }
            mark |= list.shares;
        });
}

void Candidates::know_words() {
    words_.count = memos_.credits_of(destination_->memo, words_.credits);
    words_.telling = memos_.outline_of(destination_->memo).telling;
}

// With a memo of this outline that may share these words as the index has found.
Candidates::Share Candidates::share_at_most(std::uint16_t words, const Outline& outline) const {
    Share share{.worth = 0, .words = words};
    for (std::size_t i = 0; i < words_.count; ++i) {
        const MemoComparer::Credit& credit = words_.credits[i];
        float most = 0;
        if ((words >> i & 1U) != 0 || (credit.is_single && (outline.singles & credit.letter) != 0))
            most = credit.whole;
        else if ((credit.commons & outline.commons) != 0)
            most = credit.common;
        if (((credit.is_single ? outline.firsts : outline.singles) & credit.letter) != 0)
            most = std::max(most, credit.initial);
        if (most == 0)
            continue;
        share.words = static_cast<std::uint16_t>(share.words | 1U << i);
        share.worth += most;
    }
    return share;
}

float Candidates::memo_at_most(const Share& share, const Outline& outline) const {
    const bool is_destination_left = (words_.telling & ~share.words) != 0;
    const bool is_origin_left = std::popcount(outline.telling) > std::popcount(share.words);
    return model_->weigh_memo_at_most(share.worth, is_origin_left, is_destination_left);
}

float Candidates::at_most(const OriginIndex::Origin& origin, const Outline& outline,
                          const Share& share) {
    const float memo = crowd_weight_ + memo_at_most(share, outline);
    const bool is_same_amount = origin.minor == destination_->minor;
    if (!is_same_amount && memo + model_->place_at_most() < weight_min)
        return memo + model_->place_at_most();
    const std::chrono::microseconds by(index_.time_of(*destination_) - origin.at);
    const float place = model_->weigh_place(
        cells::amount(origin.minor, destination_->minor, reach_bounds_.band_ppm),
        cells::delay(by, reach_bounds_.window));
    return memo + place - (is_same_amount ? amount_chance() : 0);
}

// Keeps what may share something rare, or has the id, the amount or the memo.
void Candidates::leave_out_strangers() {
    const std::uint64_t signature = memos_.signature(destination_->memo);
    std::erase_if(found_, [&](std::uint32_t place) {
        const OriginIndex::Origin& origin = index_.origin(place);
        return !MemoComparer::may_share(origin.signature, signature) &&
               origin.minor != destination_->minor && origin.memo != destination_->memo &&
               (marks_[place - base_] & same_id) == 0;
    });
}

// The weight of each pair, at most; leaves out what can have no weight.
void Candidates::find_at_most() {
    constexpr float anything = 1000;
    know_words();
    weights_.clear();
    std::size_t kept = 0;
    for (const std::uint32_t place : found_) {
        const OriginIndex::Origin& origin = index_.origin(place);
        const std::uint16_t mark = marks_[place - base_];
        float weight = anything;
        if (model_ == nullptr) {
            weight =
                static_cast<float>(std::popcount(static_cast<std::uint16_t>(mark & words_mask)));
        } else if ((mark & same_id) == 0 && origin.memo != destination_->memo) {
            const Outline outline = memos_.outline_of(origin.memo);
            const Share share = share_at_most(mark & words_mask, outline);
            if (origin.minor != destination_->minor && share.worth < shared_min)
                continue;
            weight = at_most(origin, outline, share);
            if (weight < weight_min)
                continue;
        }
        found_[kept++] = place;
        weights_.push_back(weight);
    }
    found_.resize(kept);
}

// Those whose weight may be greatest; of equal ones any, but always the same. Without a model those
// that may share most words.
void Candidates::keep_best() {
    find_at_most();
    if (found_.size() <= compared_max_)
        return;
    std::vector<std::uint32_t> order(found_.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto limit = order.begin() + static_cast<std::ptrdiff_t>(compared_max_);
    std::ranges::nth_element(order, limit, [&](std::uint32_t a, std::uint32_t b) {
        return weights_[a] != weights_[b] ? weights_[a] > weights_[b]
                                          : spread(found_[a]) < spread(found_[b]);
    });
    if (model_ == nullptr)
        left_out_.unread = unknown_odds;
    for (auto at = limit; model_ != nullptr && at != order.end(); ++at)
        left_out_.known.push_back({found_[*at], odds_of(weights_[*at])});
    std::vector<std::uint32_t> best;
    for (auto at = order.begin(); at != limit; ++at)
        best.push_back(found_[*at]);
    found_ = std::move(best);
}

// The odds, at most, of an origin that stands only in lists that were not read.
void Candidates::count_unread(std::uint16_t words, bool letters, bool amounts, std::size_t ids) {
    know_words();
    Outline outline;
    if (letters)
        outline.singles = outline.firsts = ~std::uint32_t{0};
    outline.commons = ~std::uint32_t{0};
    const float memo = crowd_weight_ + memo_at_most(share_at_most(words, outline), outline);
    float place = model_->place_at_most();
    if (amounts)
        place = std::max(place, model_->equal_amount_at_most() - amount_chance());
    if (ids > 0)
        place += model_->equal_ids_at_most() +
                 static_cast<float>(
                     std::log(static_cast<double>(index_.size()) / static_cast<double>(ids)));
    left_out_.unread = odds_of(memo + place);
}

} // namespace settled::record_linkage
