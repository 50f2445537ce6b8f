#include "wire/json_writer.h"

#include "base/assert.h"

#include <array>
#include <charconv>

namespace settled::wire {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// How the bytes from `at` on begin a character: its length if it is whole and well-formed;
// otherwise the length of the part that is replaced by one U+FFFD (Unicode 15, section 3.9,
// "substitution of maximal subparts").
struct Utf8Step {
    std::size_t bytes;
    bool valid;
};

Utf8Step utf8_step(std::string_view text, std::size_t at) {
    const std::uint8_t lead = byte_at(text, at);
    std::size_t length = 0;
    // The second byte has a narrower range after some leads: no overlong forms, no surrogates,
    // nothing beyond U+10FFFF.
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        low = lead == 0xE0 ? 0xA0 : low;
        high = lead == 0xED ? 0x9F : high;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        low = lead == 0xF0 ? 0x90 : low;
        high = lead == 0xF4 ? 0x8F : high;
    } else {
        return {1, false};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (at + i >= text.size())
            return {i, false};
        const std::uint8_t next = byte_at(text, at + i);
        if (next < low || next > high)
            return {i, false};
        low = 0x80;
        high = 0xBF;
    }
    return {length, true};
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.push_back('\\');
    switch (c) {
    case '"':
    case '\\':
        out.push_back(c);
        return;
    case '\b':
        out.push_back('b');
        return;
    case '\f':
        out.push_back('f');
        return;
    case '\n':
        out.push_back('n');
        return;
    case '\r':
        out.push_back('r');
        return;
    case '\t':
        out.push_back('t');
        return;
    default:
        out += "u00";
        out.push_back(digits[static_cast<std::uint8_t>(c) >> 4]);
        out.push_back(digits[static_cast<std::uint8_t>(c) & 15]);
    }
}

void append_string(std::string& out, std::string_view text) {
    out.push_back('"');
    std::size_t plain = 0; // start of the run that goes out as it is
    std::size_t at = 0;
    const auto flush = [&] { out.append(text, plain, at - plain); };
    while (at < text.size()) {
        const std::uint8_t byte = byte_at(text, at);
        if (byte >= 0x80) {
            const Utf8Step step = utf8_step(text, at);
            if (step.valid) {
                at += step.bytes;
                continue;
            }
            flush();
            out += "\xEF\xBF\xBD";
            at += step.bytes;
            plain = at;
        } else if (byte < 0x20 || byte == '"' || byte == '\\') {
            flush();
            append_escape(out, text[at]);
            plain = ++at;
        } else {
            ++at;
        }
    }
    flush();
    out.push_back('"');
}

template <class T>
std::string_view digits_of(T number, std::array<char, 24>& buffer) {
    const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), done.ptr};
}

} // namespace

void JsonWriter::comma() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    SETTLED_ASSERT(open_.empty() || open_.back() == '[', "an object's value needs a name");
    SETTLED_ASSERT(!open_.empty() || fresh_, "a text holds one value");
    if (!fresh_)
        out_.push_back(',');
}

JsonWriter& JsonWriter::object() {
    comma();
    out_.push_back('{');
    open_.push_back('{');
    fresh_ = true;
    return *this;
}

JsonWriter& JsonWriter::array() {
    comma();
    out_.push_back('[');
    open_.push_back('[');
    fresh_ = true;
    return *this;
}

JsonWriter& JsonWriter::end() {
    SETTLED_ASSERT(!open_.empty() && !after_key_, "nothing to end here");
    out_.push_back(open_.back() == '{' ? '}' : ']');
    open_.pop_back();
    fresh_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    SETTLED_ASSERT(!open_.empty() && open_.back() == '{' && !after_key_, "no name is due here");
    if (!fresh_)
        out_.push_back(',');
    append_string(out_, name);
    out_.push_back(':');
    fresh_ = false;
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    comma();
    append_string(out_, text);
    fresh_ = false;
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
    std::array<char, 24> buffer;
    return raw(digits_of(number, buffer));
}

JsonWriter& JsonWriter::integer(std::uint64_t number) {
    std::array<char, 24> buffer;
    return raw(digits_of(number, buffer));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    comma();
    out_ += json;
    fresh_ = false;
    return *this;
}

} // namespace settled::wire
