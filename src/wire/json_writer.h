// Writes JSON text piece by piece; commas and escaping are its business.
//
//   JsonWriter w;
//   w.object();
//   w.member("id", "evt_1").member("version", 1);
//   w.key("data").object().member("rank", 2).end();
//   w.end();
//   send(std::move(w).text());
//
// What it writes is always accepted by JsonDocument, as long as raw() is given JSON, no object is
// given a name twice and nothing exceeds the reader's limits. Calls in an impossible order (a value
// where a name is due, an end() too many) are assertion failures.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace settled::wire {

// The integer types that are numbers: neither a flag nor a letter.
template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

class JsonWriter {
  public:
    JsonWriter& object();
    JsonWriter& array();
    JsonWriter& end(); // of the innermost object or array
    JsonWriter& key(std::string_view name);

    // Invalid UTF-8 becomes U+FFFD, one for each maximal part that could have begun a character.
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    template <JsonInteger T>
    JsonWriter& value(T number) {
        if constexpr (std::is_signed_v<T>)
            return integer(static_cast<std::int64_t>(number));
        else
            return integer(static_cast<std::uint64_t>(number));
    }
    template <std::same_as<bool> T>
    JsonWriter& value(T flag) {
        return raw(flag ? "true" : "false");
    }
    JsonWriter& null() { return raw("null"); }
    // Text that is JSON already.
    JsonWriter& raw(std::string_view json);

    template <class T>
    JsonWriter& member(std::string_view name, const T& v) {
        key(name);
        return value(v);
    }
    template <class T>
    JsonWriter& member(std::string_view name, const std::optional<T>& v) {
        key(name);
        return v ? value(*v) : null();
    }

    std::string text() && { return std::move(out_); }
    const std::string& text() const& { return out_; }

  private:
    void comma();
    JsonWriter& integer(std::int64_t number);
    JsonWriter& integer(std::uint64_t number);

    std::string out_;
    std::string open_;  // '{' or '[' for each open level
    bool fresh_ = true; // nothing written yet in this level
    bool after_key_ = false;
};

} // namespace settled::wire
