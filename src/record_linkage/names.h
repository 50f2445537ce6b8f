// Texts by number: an account, an id or a word is stored once and compared by its number.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace settled::record_linkage {

class Names {
  public:
    static constexpr std::uint32_t absent = 0; // the number of ""

    Names() { of(""); }
    // The number of this text, a new one if it is new.
    std::uint32_t of(std::string_view text) {
        const auto found = numbers_.find(text);
        if (found != numbers_.end())
            return found->second;
        const auto number = static_cast<std::uint32_t>(texts_.size());
        texts_.emplace_back(text);
        numbers_.emplace(texts_.back(), number);
        return number;
    }
    // The number of a text that may be new; `absent` if it is.
    std::uint32_t find(std::string_view text) const {
        const auto found = numbers_.find(text);
        return found == numbers_.end() ? absent : found->second;
    }
    std::string_view text(std::uint32_t number) const { return texts_[number]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }

  private:
    std::deque<std::string> texts_; // never moves what the views below refer to
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

} // namespace settled::record_linkage
