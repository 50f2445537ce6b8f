// What a command says, and how: sentences and tables on a terminal, JSON in a pipe or when it is
// asked for. Results go to standard output, everything else to standard error. Not thread-safe.
#pragma once

#include "base/error.h"
#include "cli/table.h"
#include "net/http.h"
#include "wire/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::cli {

class Printer {
  public:
    enum class Form : std::uint8_t { text, json };
    explicit Printer(Form form) : form_(form) {}

    bool is_json() const { return form_ == Form::json; }

    // Results. A text ends its own lines; JSON is one value, and gets a line end.
    void text(std::string_view text) const;
    void sentence(std::string_view text) const; // a line
    void json(std::string_view json) const;     // indented on a terminal

    // Problems, to standard error: title and code, then the detail and all further problems; as
    // JSON, the problem document. Both give exit_failed.
    int problem(const Error& error) const;
    // A refusal of the API. An answer that is no problem document is shown by its status.
    int problem(const net::Response& refusal) const;

  private:
    Form form_;
};

} // namespace settled::cli
