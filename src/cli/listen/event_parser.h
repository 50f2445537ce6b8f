// Server-sent events out of the bytes of a stream, however they were cut. Pure.
// Source: WHATWG HTML, section 9.2.6, for what our server sends: lines end with LF or CRLF.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::cli {

struct StreamedEvent {
    std::string id;
    std::string type;
    std::string body; // as it was sent, byte for byte; empty: only where the stream is read on
};

class EventParser {
  public:
    // Those that are whole now, in order. Comments are left out. Fails with reply_too_large when a
    // line is longer than an event can be.
    Result<std::vector<StreamedEvent>> push(std::string_view bytes);

  private:
    void take_line(std::string_view line, std::vector<StreamedEvent>& events);

    std::string rest_;
    StreamedEvent event_;
};

} // namespace settled::cli
