// What a provider's MAC is over: a template of fixed text, {body} and {header:NAME}.
#pragma once

#include "base/error.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mapped {

class SignedText {
  public:
    // Fails with value_invalid: {body} is not there exactly once, or a brace is not closed.
    static Result<SignedText> parse(std::string_view written);

    // Whether the value of that header is a part of it.
    bool names(std::string_view header) const;
    // Fails with signature_missing when a header is not there.
    Result<std::string>
    of(const std::function<std::optional<std::string_view>(std::string_view)>& headers,
       std::string_view body) const;

  private:
    struct Part {
        enum class Kind : std::uint8_t { text, header, body } kind;
        std::string text; // or the header's name
    };
    std::vector<Part> parts_;
};

} // namespace settled::connectors::mapped
