// The ids of one kind that a search has found, each with the strongest reason, and those of them that are shown. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

namespace settled::api {

struct Find {
    std::int64_t id = 0;
    std::string_view matched_on;
    bool exact = false;
};

class SearchFinds {
  public:
    explicit SearchFinds(std::size_t limit) : limit_(limit) {}

    // What was found for a stronger reason stays so.
    void add(std::int64_t id, std::string_view matched_on, bool exact = true) {
        const auto [place, is_new] = found_.try_emplace(id, Find{id, matched_on, exact});
        if (!is_new && exact && !place->second.exact)
            place->second = {id, matched_on, exact};
    }
    // There are others that were not looked at.
    void has_more() { more_ = true; }

    bool more() const { return more_ || found_.size() > limit_; }
    // Exact ones first, then the newest.
    std::vector<Find> shown() const {
        std::vector<Find> all;
        for (const auto& [id, find] : found_)
            all.push_back(find);
        std::ranges::sort(all, [](const Find& a, const Find& b) {
            return a.exact != b.exact ? a.exact : a.id > b.id;
        });
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), limit_)),
                  all.end());
        return all;
    }

  private:
    std::size_t limit_;
    std::map<std::int64_t, Find> found_;
    bool more_ = false;
};

} // namespace settled::api
