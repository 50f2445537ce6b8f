// An event as one line for people: time, type, the client's id, amount, and why.
//
//   10:00:01Z  settlement.matched    order-1   12.34 GBP   rank 2 e2e+account+amount
#pragma once

#include <string>
#include <string_view>

namespace settled::cli {

// `body`: as endpoints are sent it. One that cannot be read is shown as such. Control characters of
// texts from outside are replaced.
std::string event_line(std::string_view body);

} // namespace settled::cli
