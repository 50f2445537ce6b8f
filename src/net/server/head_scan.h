// The first look at a message head, line by line, on the raw bytes, before any parser.
//
// The parser below (Beast 1.81) unfolds obsolete line folding silently and waits for CRLF CRLF
// while a client that ends its lines otherwise waits for us. This scan knows lines only: each ends
// with CRLF, none begins with a space, none holds NUL, CR or LF; and it counts. What it lets
// through, the parser and the request policy judge; a request needs the consent of all three.
//
// Source: RFC 9112 sections 2.2 (line ends) and 5.2 (folding).
#pragma once

#include "base/error.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace settled::net {

struct HeadLimits {
    std::size_t bytes_max;
    std::size_t first_line_bytes_max;
    std::size_t fields_max;
};

class HeadScan {
  public:
    explicit HeadScan(const HeadLimits& limits) : limits_(limits) {}

    // `bytes` is all that came since the start of the message; each call sees at least what the one
    // before saw. Returns the length of the head with its empty line, nullopt if more is needed, or
    // request_malformed, target_too_long, headers_too_large.
    Result<std::optional<std::size_t>> scan(std::string_view bytes);

  private:
    Result<> check_line(std::string_view line);

    HeadLimits limits_;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
};

} // namespace settled::net
