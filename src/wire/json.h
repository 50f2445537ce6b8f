// Strict JSON, read whole: RFC 8259 without its soft spots. Refused: duplicate members (compared
// after unescaping), trailing data, invalid UTF-8, lone surrogates, a byte-order mark, NaN, depth
// over limits::json_depth_max, more than limits::json_members_max members and elements in all,
// strings over limits::json_string_bytes_max, texts over limits::json_bytes_max. Numbers
// stay the digits that were sent: nothing here passes through floating point.
//
// A Json is a light handle into its JsonDocument, which must outlive it; moving the document keeps
// its handles and texts valid. Both are immutable: any number of threads may read one.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::wire {

class JsonDocument;
struct JsonTree;

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

class Json {
  public:
    JsonKind kind() const;
    bool is_null() const { return kind() == JsonKind::null; }
    bool is_string() const { return kind() == JsonKind::string; }
    bool is_object() const { return kind() == JsonKind::object; }
    bool is_array() const { return kind() == JsonKind::array; }

    // Unescaped text of a string; it may hold a NUL, which JSON can write. nullopt for other kinds.
    std::optional<std::string_view> string() const;
    // The number's token as sent: "88.52", "2886556407".
    std::optional<std::string_view> number() const;
    // A number token that is an integer in range; "1.0" and "1e3" are not.
    std::optional<std::int64_t> integer() const;
    std::optional<bool> boolean() const;

    // Object member by exact name; nullopt when absent (or when this is no object).
    std::optional<Json> member(std::string_view name) const;
    // By name without regard to ASCII case: banks spell IBAN and Iban. The exact name goes first;
    // where several others would do, none is taken, since that would be a guess.
    std::optional<Json> member_any_case(std::string_view name) const;
    // Members and elements in order; 0 for what has none. Reaching one by its index takes constant
    // time.
    std::size_t size() const;
    Json at(std::size_t index) const; // element of an array, value of an object's member
    std::string_view name_at(std::size_t index) const; // name of an object's member
    // The text of this value exactly as it was sent.
    std::string_view raw() const;

  private:
    friend class JsonDocument;
    Json(const JsonTree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
    const JsonTree* tree_;
    std::uint32_t node_;
};

// Movable; the text is copied in. Errors: json_invalid, json_too_deep, json_too_large,
// json_duplicate_member; the detail says where, never what was there.
class JsonDocument {
  public:
    static Result<JsonDocument> parse(std::string_view text);

    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;
    ~JsonDocument();

    Json root() const;

  private:
    explicit JsonDocument(std::unique_ptr<const JsonTree> tree);
    std::unique_ptr<const JsonTree> tree_;
};

} // namespace settled::wire
