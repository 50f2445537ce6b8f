// Turns a JSON text into a JsonTree in one pass without recursion. Internal to the reader.
//
// It is a scanner of our own, not simdjson's On-Demand parser, because that one checks only what is
// asked for: unread numbers, skipped strings and duplicate members would pass. Here every byte is
// judged once. UTF-8 is validated by simdjson over the whole text first, so that what follows may
// treat bytes above 0x7F as letters.
//
// The text is scanned up to its terminating NUL, which no rule accepts: that is the only bounds
// check most steps need.
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "wire/json_tree.h"

#include <array>
#include <cstdint>
#include <vector>

namespace settled::wire {

// Where a scan stopped, and why.
struct ScanFault {
    Code code = Code::json_invalid;
    std::size_t offset = 0;
    std::string_view why;
    bool lacks_comma = false; // a comma, or the end of an object or array, was expected
    std::string last_name;    // then: of the object's member before it; "": there is none
};

class JsonScanner {
  public:
    // `tree` has its text and nothing else.
    explicit JsonScanner(JsonTree& tree);

    // After a failure the tree must not be used.
    Result<> scan();
    // After a failure.
    ScanFault fault() const;

  private:
    struct Frame {
        std::uint32_t node;
        std::uint32_t first_pending; // where its children begin in pending_
        bool object;
    };

    bool run();
    bool step();
    bool value(JsonSlice name);
    bool literal(std::string_view word, JsonKind kind, JsonSlice name);
    bool number(JsonSlice name);
    bool string_value(JsonSlice name);
    bool open(JsonKind kind, JsonSlice name);
    bool close();
    bool add(JsonKind kind, JsonSlice name, const char* begin, std::uint32_t& node);
    bool names_differ(const JsonNode& object);

    bool string(JsonSlice& out);
    bool unescape(const char* begin, JsonSlice& out);
    bool escape();
    bool unicode_escape();
    bool hex4(std::uint32_t& unit);

    void skip_space();
    bool refuse(const char* why) { return refuse(Code::json_invalid, why); }
    bool refuse(Code code, const char* why);
    std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

    JsonTree& tree_;
    const char* begin_;
    const char* end_;
    const char* at_;
    std::array<Frame, limits::json_depth_max> frames_;
    std::size_t depth_ = 0;
    std::vector<std::uint32_t> pending_;         // children of open containers, innermost last
    std::vector<std::string_view> sorted_names_; // scratch of names_differ
    Code code_ = Code::json_invalid;
    const char* why_ = "";
};

} // namespace settled::wire
