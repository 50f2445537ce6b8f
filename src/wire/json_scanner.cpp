#include "wire/json_scanner.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace settled::wire {
namespace {

constexpr const char* no_comma = "expected a comma or the end of the object or array";
constexpr const char* no_utf8 = "the text is not valid UTF-8";

// The first byte that begins no valid character; simdjson says only that there is one.
std::size_t first_invalid(const char* begin, std::size_t size) {
    std::size_t good = 0, bad = size; // the first `good` bytes are valid, the first `bad` are not
    while (good + 1 < bad) {
        const std::size_t middle = good + (bad - good) / 2;
        // Up to three bytes of a character that is cut at the middle do not count.
        bool valid = false;
        for (std::size_t cut = 0; cut <= 3 && cut <= middle && !valid; ++cut)
            valid = simdjson::validate_utf8(begin, middle - cut);
        (valid ? good : bad) = middle;
    }
    while (!simdjson::validate_utf8(begin, good)) // what was cut off above
        --good;
    return good;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const char* skip_digits(const char* at) {
    while (is_digit(*at))
        ++at;
    return at;
}

// Up to this many members, comparing each pair of marks is quicker than sorting names.
constexpr std::uint32_t marked_names_max = 32;

// The same for the same name, and rarely for another one: made of its length, its first and its
// last eight bytes.
std::uint64_t mark_of(std::string_view name) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (name.size() >= sizeof first) {
        std::memcpy(&first, name.data(), sizeof first);
        std::memcpy(&last, name.data() + name.size() - sizeof last, sizeof last);
    } else if (!name.empty()) {
        std::memcpy(&first, name.data(), name.size());
    }
    return (first ^ name.size()) * 0x9E3779B97F4A7C15u + last;
}

} // namespace

JsonScanner::JsonScanner(JsonTree& tree)
    : tree_(tree), begin_(tree.text.data()), end_(begin_ + tree.text.size()), at_(begin_) {}

Result<> JsonScanner::scan() {
    const bool ok = simdjson::validate_utf8(begin_, static_cast<std::size_t>(end_ - begin_))
                        ? run()
                        : refuse(no_utf8);
    if (!ok)
        return fail(code_, fmt::format("at byte {}: {}", at_ - begin_, why_));
    return {};
}

ScanFault JsonScanner::fault() const {
    ScanFault fault{code_, static_cast<std::size_t>(at_ - begin_), why_, why_ == no_comma, {}};
    if (why_ == no_utf8)
        fault.offset = first_invalid(begin_, static_cast<std::size_t>(end_ - begin_));
    if (fault.lacks_comma && depth_ > 0 && frames_[depth_ - 1].object && !pending_.empty())
        fault.last_name = tree_.view(tree_.nodes[pending_.back()].name);
    return fault;
}

bool JsonScanner::refuse(Code code, const char* why) {
    code_ = code;
    why_ = why;
    return false;
}

bool JsonScanner::run() {
    // Real webhooks have one value in 20 bytes or so; a text with more of them grows the vectors.
    const std::size_t guess = std::min<std::size_t>(tree_.text.size() / 20 + 8, 1024);
    tree_.nodes.reserve(guess);
    tree_.children.reserve(guess);
    pending_.reserve(64);
    skip_space();
    if (!value({}))
        return false;
    while (depth_ > 0)
        if (!step())
            return false;
    skip_space();
    return at_ == end_ || refuse("there is more after the value");
}

void JsonScanner::skip_space() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')
        ++at_;
}

// One child of the innermost container, or its end.
bool JsonScanner::step() {
    const Frame frame = frames_[depth_ - 1];
    const bool first = pending_.size() == frame.first_pending;
    skip_space();
    if (*at_ == (frame.object ? '}' : ']'))
        return close();
    if (!first) {
        if (*at_ != ',')
            return refuse(no_comma);
        ++at_;
        skip_space();
    }
    if (!frame.object)
        return value({});
    if (*at_ != '"')
        return refuse("expected a member's name");
    JsonSlice name;
    if (!string(name))
        return false;
    skip_space();
    if (*at_ != ':')
        return refuse("expected a colon");
    ++at_;
    skip_space();
    return value(name);
}

bool JsonScanner::value(JsonSlice name) {
    switch (*at_) {
    case '{':
        return open(JsonKind::object, name);
    case '[':
        return open(JsonKind::array, name);
    case '"':
        return string_value(name);
    case 't':
        return literal("true", JsonKind::boolean, name);
    case 'f':
        return literal("false", JsonKind::boolean, name);
    case 'n':
        return literal("null", JsonKind::null, name);
    default:
        if (*at_ == '-' || is_digit(*at_))
            return number(name);
        return refuse(at_ == end_ ? "the text ends too early" : "expected a value");
    }
}

// Records the value that began at `begin` and has been read up to at_.
bool JsonScanner::add(JsonKind kind, JsonSlice name, const char* begin, std::uint32_t& node) {
    // The root is no member or element.
    if (tree_.nodes.size() > limits::json_members_max)
        return refuse(Code::json_too_large, "there are more than 10,000 members and elements");
    node = static_cast<std::uint32_t>(tree_.nodes.size());
    if (node > 0)
        pending_.push_back(node);
    JsonNode& added = tree_.nodes.emplace_back();
    added.begin = offset(begin);
    added.end = offset(at_);
    added.name = name;
    added.kind = kind;
    return true;
}

bool JsonScanner::literal(std::string_view word, JsonKind kind, JsonSlice name) {
    const auto left = static_cast<std::size_t>(end_ - at_);
    if (left < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
        return refuse("expected a value");
    const char* const begin = at_;
    at_ += word.size();
    std::uint32_t node = 0;
    return add(kind, name, begin, node);
}

// RFC 8259 section 6: no leading zero, no '+', digits on both sides of the point. What may follow
// is judged by the caller.
bool JsonScanner::number(JsonSlice name) {
    const char* const begin = at_;
    if (*at_ == '-')
        ++at_;
    if (!is_digit(*at_))
        return refuse("expected a digit");
    at_ = *at_ == '0' ? at_ + 1 : skip_digits(at_);
    if (*at_ == '.') {
        ++at_;
        if (!is_digit(*at_))
            return refuse("expected a digit");
        at_ = skip_digits(at_);
    }
    if (*at_ == 'e' || *at_ == 'E') {
        ++at_;
        if (*at_ == '+' || *at_ == '-')
            ++at_;
        if (!is_digit(*at_))
            return refuse("expected a digit");
        at_ = skip_digits(at_);
    }
    std::uint32_t node = 0;
    return add(JsonKind::number, name, begin, node);
}

bool JsonScanner::string_value(JsonSlice name) {
    const char* const begin = at_;
    JsonSlice text;
    if (!string(text))
        return false;
    std::uint32_t node = 0;
    if (!add(JsonKind::string, name, begin, node))
        return false;
    tree_.nodes[node].string = text;
    return true;
}

bool JsonScanner::open(JsonKind kind, JsonSlice name) {
    if (depth_ == frames_.size())
        return refuse(Code::json_too_deep, "more than 64 objects and arrays are nested");
    const char* const begin = at_++;
    std::uint32_t node = 0;
    if (!add(kind, name, begin, node))
        return false;
    frames_[depth_++] = {node, static_cast<std::uint32_t>(pending_.size()),
                         kind == JsonKind::object};
    return true;
}

bool JsonScanner::close() {
    ++at_;
    const Frame frame = frames_[--depth_];
    JsonNode& node = tree_.nodes[frame.node];
    node.end = offset(at_);
    node.first_child = static_cast<std::uint32_t>(tree_.children.size());
    node.child_count = static_cast<std::uint32_t>(pending_.size()) - frame.first_pending;
    tree_.children.insert(tree_.children.end(), pending_.begin() + frame.first_pending,
                          pending_.end());
    pending_.resize(frame.first_pending);
    return !frame.object || names_differ(node) ||
           refuse(Code::json_duplicate_member, "an object that ends here names a member twice");
}

bool JsonScanner::names_differ(const JsonNode& object) {
    const auto name = [&](std::uint32_t index) {
        return tree_.view(tree_.nodes[tree_.children[object.first_child + index]].name);
    };
    if (object.child_count <= marked_names_max) {
        std::array<std::uint64_t, marked_names_max> marks;
        bool alike = false;
        for (std::uint32_t i = 0; i < object.child_count; ++i) {
            marks[i] = mark_of(name(i));
            for (std::uint32_t j = 0; j < i; ++j)
                alike |= marks[i] == marks[j];
        }
        if (!alike)
            return true;
    }
    // Sorting, not hashing: its worst case does not depend on names the sender picked. Length goes
    // first because it settles most comparisons.
    sorted_names_.clear();
    for (std::uint32_t i = 0; i < object.child_count; ++i)
        sorted_names_.push_back(name(i));
    std::ranges::sort(sorted_names_, [](std::string_view a, std::string_view b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return std::ranges::adjacent_find(sorted_names_) == sorted_names_.end();
}

} // namespace settled::wire
