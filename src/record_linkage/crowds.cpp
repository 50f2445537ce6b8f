#include "record_linkage/crowds.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_map>

namespace settled::record_linkage {

namespace {

// A group's members by amount, as a tree of partial sums over those that are inside now.
class Window {
  public:
    Window(std::span<const Member> members, std::span<const std::uint32_t> order)
        : sums_(order.size() + 1) {
        for (const std::uint32_t member : order)
            minors_.push_back(members[member].minor);
    }
    void change(std::size_t place, std::int32_t by) {
        for (std::size_t at = place + 1; at < sums_.size(); at += at & (~at + 1))
            sums_[at] += by;
    }
    std::uint32_t between(std::int64_t low, std::int64_t high) const {
        const auto below = [&](auto place) {
            std::int32_t sum = 0;
            for (auto at = static_cast<std::size_t>(place - minors_.begin()); at > 0; at &= at - 1)
                sum += sums_[at];
            return sum;
        };
        return static_cast<std::uint32_t>(below(std::ranges::upper_bound(minors_, high)) -
                                          below(std::ranges::lower_bound(minors_, low)));
    }

  private:
    std::vector<std::int64_t> minors_; // rising
    std::vector<std::int32_t> sums_;
};

class Crowds {
  public:
    explicit Crowds(std::span<const Member> members);
    std::uint32_t answer(const Question& question);

  private:
    void change(std::size_t member, std::int32_t by) {
        windows_[where_[member].window].change(where_[member].place, by);
    }

    struct Where {
        std::uint32_t window;
        std::uint32_t place;
    };
    std::span<const Member> members_;
    std::vector<Where> where_; // by member
    std::vector<Window> windows_;
    std::unordered_map<std::uint64_t, std::uint32_t> window_of_; // by group
    std::size_t entered_ = 0;                                    // members [left_, entered_) are in
    std::size_t left_ = 0;
};

Crowds::Crowds(std::span<const Member> members) : members_(members), where_(members.size()) {
    std::vector<std::uint32_t> order(members.size());
    for (std::uint32_t m = 0; m < order.size(); ++m)
        order[m] = m;
    std::ranges::sort(order, {}, [&](std::uint32_t m) {
        return std::tuple(members[m].group, members[m].minor, m);
    });
    for (std::size_t begin = 0; begin < order.size();) {
        const std::uint64_t group = members[order[begin]].group;
        std::size_t end = begin;
        const auto window = static_cast<std::uint32_t>(windows_.size());
        for (; end < order.size() && members[order[end]].group == group; ++end)
            where_[order[end]] = {window, static_cast<std::uint32_t>(end - begin)};
        window_of_.emplace(group, window);
        windows_.emplace_back(members, std::span(order).subspan(begin, end - begin));
        begin = end;
    }
}

std::uint32_t Crowds::answer(const Question& question) {
    for (; entered_ < members_.size() && members_[entered_].origin < question.last; ++entered_)
        change(entered_, 1);
    for (; left_ < entered_ && members_[left_].origin < question.first; ++left_)
        change(left_, -1);
    const auto window = window_of_.find(question.group);
    return window == window_of_.end()
               ? 0
               : windows_[window->second].between(question.low, question.high);
}

} // namespace

std::vector<std::uint32_t> count_crowds(std::span<const Member> members,
                                        std::span<const Question> questions) {
    Crowds crowds(members);
    std::vector<std::uint32_t> counts;
    counts.reserve(questions.size());
    for (const Question& question : questions)
        counts.push_back(crowds.answer(question));
    return counts;
}

} // namespace settled::record_linkage
