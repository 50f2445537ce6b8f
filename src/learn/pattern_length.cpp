#include "learn/pattern_length.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace settled::learn {

namespace {

constexpr std::size_t pattern_bytes_max = 1000;
constexpr int depth_max = 32;
constexpr std::size_t unbounded =
    std::numeric_limits<std::size_t>::max() / 4; // adds without overflow

std::size_t plus(std::size_t a, std::size_t b) {
    return std::min(a + b, unbounded);
}
std::size_t times(std::size_t a, std::size_t b) {
    if (a == 0 || b == 0)
        return 0;
    return a >= unbounded / b ? unbounded : a * b;
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    // All that a whole text may be: each alternative has to be anchored at both ends.
    std::size_t whole() {
        std::size_t longest = 0;
        do
            longest = std::max(longest, anchored());
        while (take('|'));
        return longest;
    }
    bool failed() const { return failed_; }
    bool at_end() const { return at_ == text_.size(); }

  private:
    std::size_t anchored() {
        const std::size_t begin = at_;
        const std::size_t length = sequence(0);
        const std::string_view text = text_.substr(begin, at_ - begin);
        return text.starts_with('^') && text.ends_with('$') && !text.ends_with("\\$") ? length
                                                                                      : fail();
    }
    // Up to the parenthesis that closes a group.
    std::size_t alternatives(int depth) {
        std::size_t longest = sequence(depth);
        while (take('|'))
            longest = std::max(longest, sequence(depth));
        return longest;
    }
    bool take(char c) {
        const bool is_there = at_ < text_.size() && text_[at_] == c;
        at_ += is_there ? 1 : 0;
        return is_there;
    }
    bool take(std::string_view word) {
        const bool is_there = text_.substr(at_).starts_with(word);
        at_ += is_there ? word.size() : 0;
        return is_there;
    }
    bool is_next(char c) const { return at_ < text_.size() && text_[at_] == c; }

    std::size_t sequence(int depth) {
        std::size_t sum = 0;
        std::size_t bound = unbounded; // by what must be ahead
        while (!failed_ && !at_end() && !is_next('|') && !is_next(')')) {
            const std::size_t before = sum;
            if (take("(?=")) {
                bound = std::min(bound, plus(before, ahead(depth)));
                continue;
            }
            const std::size_t length = atom(depth);
            sum = plus(sum, times(length, repeats()));
        }
        return std::min(sum, bound);
    }

    // Looking ahead takes no character; when it reaches to the end, it bounds all that follows.
    std::size_t ahead(int depth) {
        const std::size_t begin = at_;
        const std::size_t length = group(depth);
        const bool reaches_end = at_ >= begin + 2 && text_[at_ - 2] == '$';
        return reaches_end ? length : unbounded;
    }

    std::size_t group(int depth) {
        if (depth >= depth_max)
            return fail();
        const std::size_t length = alternatives(depth + 1);
        return take(')') ? length : fail();
    }

    std::size_t atom(int depth) {
        if (take('^') || take('$'))
            return 0;
        for (const std::string_view look : {"(?!", "(?<=", "(?<!"})
            if (take(look)) {
                (void)group(depth);
                return 0;
            }
        if (take("(?:"))
            return group(depth);
        if (take("(?<")) {
            at_ = std::min(text_.find('>', at_), text_.size() - 1) + 1;
            return group(depth);
        }
        if (take('('))
            return is_next('?') ? fail() : group(depth);
        if (take('['))
            return character_class();
        if (take('\\'))
            return escape();
        ++at_;
        while (at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80U)
            ++at_; // UTF-8 goes on
        return 1;
    }

    std::size_t character_class() {
        (void)take('^');
        (void)take(']'); // as its first, it stands for itself
        while (at_ < text_.size() && text_[at_] != ']')
            at_ += text_[at_] == '\\' ? 2 : 1;
        return take(']') ? 1 : fail();
    }

    std::size_t escape() {
        if (at_end())
            return fail();
        const char c = text_[at_++];
        if (c == 'b' || c == 'B')
            return 0;
        if ((c >= '1' && c <= '9') || c == 'k')
            return fail();
        if ((c == 'p' || c == 'P' || c == 'u') && take('{'))
            at_ = std::min(text_.find('}', at_), text_.size() - 1) + 1;
        else if (c == 'u')
            at_ = std::min(at_ + 4, text_.size());
        else if (c == 'x')
            at_ = std::min(at_ + 2, text_.size());
        return 1;
    }

    std::size_t repeats() {
        std::size_t most = 1;
        if (take('*') || take('+'))
            most = unbounded;
        else if (take('{'))
            most = counted();
        else if (!take('?'))
            return 1;
        (void)(take('?') || take('+')); // lazy or possessive
        return most;
    }

    // Behind "{": "18}", "1,18}", "1,}".
    std::size_t counted() {
        const std::size_t end = text_.find('}', at_);
        if (end == text_.npos)
            return fail();
        const std::string_view inside = text_.substr(at_, end - at_);
        at_ = end + 1;
        const std::size_t comma = inside.find(',');
        const std::string_view most = comma == inside.npos ? inside : inside.substr(comma + 1);
        if (most.empty())
            return unbounded;
        std::size_t number = 0;
        const auto [stop, error] = std::from_chars(most.data(), most.data() + most.size(), number);
        return error == std::errc{} && stop == most.data() + most.size() ? number : fail();
    }

    std::size_t fail() {
        failed_ = true;
        return unbounded;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

} // namespace

std::optional<std::size_t> pattern_length_max(std::string_view pattern) {
    if (pattern.size() > pattern_bytes_max)
        return std::nullopt;
    Reader reader(pattern);
    const std::size_t length = reader.whole();
    if (reader.failed() || !reader.at_end() || length >= unbounded)
        return std::nullopt;
    return length;
}

} // namespace settled::learn
