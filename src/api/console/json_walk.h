// Goes through JSON text of any size, value by value, and writes it again with some of them replaced.
// It is for text that this program has written: what is no JSON is passed on as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace settled::api {

class JsonWalker {
  public:
    virtual ~JsonWalker() = default;
    std::string walk(std::string_view json);

  protected:
    // Each gives the JSON that stands in the value's place; nullopt: it stays as it is. `name`: of
    // the member that holds the value, itself or in a list; "" outside of objects.
    virtual std::optional<std::string> on_text(std::string_view name, std::string_view text) = 0;
    virtual std::optional<std::string> on_number(std::string_view name,
                                                 std::string_view digits) = 0;
    // The name of a member.
    virtual std::optional<std::string> on_name(std::string_view) { return std::nullopt; }
};

// A string's text from between its quotes. What is no escape stays as it is.
std::string unescaped(std::string_view token);

} // namespace settled::api
