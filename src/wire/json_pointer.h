// JSON pointers (RFC 6901): where in a document a value stands, "/data/settlement/scheme".
#pragma once

#include "base/error.h"
#include "wire/json.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::wire {

class JsonPointer {
  public:
    // At most 256 characters; the empty pointer is refused. Fails with value_invalid.
    static Result<JsonPointer> parse(std::string_view text);

    // The value that it leads to; null and absent are the same.
    std::optional<Json> find(Json document) const;

    // Whether it leads through an entry of a list by its number.
    bool has_index() const;
    // The entries of the largest list that it leads through by number; 0: through none.
    std::size_t list_size(Json document) const;

  private:
    std::vector<std::string> path_;
};

// A value as text: that of a string, a number's token as sent, or "true" and "false". nullopt for
// other kinds.
std::optional<std::string_view> scalar_text(Json value);

} // namespace settled::wire
