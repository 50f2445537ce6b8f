// Writes JSON text piece by piece; commas and escaping are its business.
//
//   JsonWriter w;
//   w.object();
//   w.member("id", "evt_1").member("version", 1);
//   w.key("data").object().member("rank", 2).end();
//   w.end();
//   send(std::move(w).text());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::wire {

class JsonWriter {
  public:
    JsonWriter& object();
    JsonWriter& array();
    JsonWriter& end(); // of the innermost object or array
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text); // invalid UTF-8 becomes U+FFFD
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(std::int64_t{number}); }
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(bool flag);
    JsonWriter& null();
    // Text that is JSON already.
    JsonWriter& raw(std::string_view json);

    template <class T> JsonWriter& member(std::string_view name, const T& v) {
        key(name);
        return value(v);
    }
    template <class T> JsonWriter& member(std::string_view name, const std::optional<T>& v) {
        key(name);
        return v ? value(*v) : null();
    }

    std::string text() && { return std::move(out_); }
    const std::string& text() const& { return out_; }

  private:
    void comma();
    std::string out_;
    std::string open_; // '{' or '[' for each open level
    bool fresh_ = true; // nothing written yet in this level
    bool after_key_ = false;
};

} // namespace settled::wire
