// Reading the JSON bodies that the sandbox's servers take in: every member has a type and a range,
// and a member that is not known is refused, since a test with a typing error would prove nothing.
#pragma once

#include "base/error.h"
#include "base/money.h"
#include "wire/json.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace settled::sandbox {

class Input {
  public:
    explicit Input(wire::Json object) : object_(object) {}

    // Fails with member_unknown, or value_invalid when this is no object.
    Result<> only(std::initializer_list<std::string_view> names) const;

    Result<std::string> text(std::string_view name) const; // member_missing when absent
    Result<std::string> text_or(std::string_view name, std::string_view otherwise) const;
    Result<std::int64_t> integer_or(std::string_view name, std::int64_t otherwise, std::int64_t min,
                                    std::int64_t max) const;
    Result<bool> flag_or(std::string_view name, bool otherwise) const;
    // "12.34" (text) in the currency of the member `currency` ("GBP" when absent).
    Result<Money> amount() const;
    std::optional<Input> part(std::string_view name) const; // an object within
    std::optional<wire::Json> member(std::string_view name) const;

  private:
    wire::Json object_;
};

} // namespace settled::sandbox
