#include "match/groups.h"

#include <algorithm>
#include <cstdint>

namespace settled::match {

namespace {

// Goes through all subsets in order of their first members, and stops at the second that fits.
class Search {
  public:
    Search(std::int64_t total, std::size_t parts_max) : total_(total), parts_max_(parts_max) {}

    void add(std::size_t place, std::int64_t minor) { items_.push_back({place, minor}); }
    bool is_too_wide() const { return items_.size() > group_candidates_max; }

    Group run() {
        take_from(0, total_);
        if (found_ == 0)
            return {};
        if (found_ > 1)
            return {.fit = Fit::several, .members = {}};
        return {.fit = Fit::one, .members = first_};
    }

  private:
    struct Item {
        std::size_t place;
        std::int64_t minor;
    };

    void take_from(std::size_t next, std::int64_t rest) {
        if (rest == 0 && chosen_.size() >= 2 && ++found_ == 1)
            first_ = chosen_;
        if (rest <= 0 || chosen_.size() == parts_max_)
            return;
        for (std::size_t i = next; i < items_.size() && found_ < 2; ++i) {
            if (items_[i].minor > rest)
                continue;
            chosen_.push_back(items_[i].place);
            take_from(i + 1, rest - items_[i].minor);
            chosen_.pop_back();
        }
    }

    std::int64_t total_;
    std::size_t parts_max_;
    std::vector<Item> items_;
    std::vector<std::size_t> chosen_;
    std::vector<std::size_t> first_;
    int found_ = 0;
};

MatchFields without_time(MatchFields identity) {
    identity.at = {};
    return identity;
}

} // namespace

Group sum_to(const Money& total, std::span<const Money> amounts, std::size_t parts_max) {
    Search search(total.minor, parts_max);
    for (std::size_t i = 0; i < amounts.size(); ++i)
        if (amounts[i].currency == total.currency && amounts[i].minor > 0)
            search.add(i, amounts[i].minor);
    if (search.is_too_wide())
        return {.fit = Fit::several, .members = {}};
    return search.run();
}

bool are_twins(std::span<const MatchFields> items) {
    if (items.empty())
        return true;
    const MatchFields first = without_time(items.front());
    return std::ranges::all_of(
        items, [&](const MatchFields& item) { return without_time(item) == first; });
}

} // namespace settled::match
