// Where in a JSON document a value stands: an RFC 6901 pointer, several of which the first that
// leads to a value counts, or a value that is always the same.
//
// Written in a mapping as "/data/amount", ["/data/reference", "/data/remittance/0"] or
// {"is": "GBP"}. At most 8 pointers of at most 256 bytes.
#pragma once

#include "base/error.h"
#include "wire/json_pointer.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mapped {

class Pointer {
  public:
    // Fails with value_invalid.
    static Result<Pointer> parse(wire::Json written);

    // The value that it leads to; null and absent are the same. Nothing for a fixed value.
    std::optional<wire::Json> find(wire::Json document) const;
    // Its text: that of a string, a number's token as sent, or "true" and "false".
    std::optional<std::string_view> text(wire::Json document) const;

    // Whether it leads through an entry of a list by its number.
    bool has_index() const;
    // The entries of the largest list that it leads through by number; 0: through none.
    std::size_t list_size(wire::Json document) const;

  private:
    std::vector<wire::JsonPointer> paths_;
    std::optional<std::string> fixed_;
};

} // namespace settled::connectors::mapped
