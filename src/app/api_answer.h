// Answers of the API as values, for commands that work with them.
#pragma once

#include "app/api_call.h"
#include "wire/json.h"

#include <string>
#include <string_view>

namespace settled::app {

class Answered {
  public:
    explicit Answered(std::string body, wire::JsonDocument document)
        : body_(std::move(body)), document_(std::move(document)) {}

    const std::string& body() const { return body_; }
    wire::Json root() const { return document_.root(); }
    // "proof.linked.count", as its text: a string's, a number's digits, "true"; "" when absent or
    // null.
    std::string at(std::string_view path) const;
    std::int64_t integer(std::string_view path) const;

  private:
    std::string body_;
    wire::JsonDocument document_;
};

// The same below a value.
std::string text_at(const wire::Json& value, std::string_view path);

// Calls, and gives the answer where it is 2xx. What the API refuses is printed to standard error as
// call_and_print does and is Code::value_invalid with an empty detail: it is told already.
Result<Answered> ask(ApiSession& session, const ApiCall& call);

// Prints an error, but for one that ask() has told.
int report_unless_told(const Error& error);

} // namespace settled::app
