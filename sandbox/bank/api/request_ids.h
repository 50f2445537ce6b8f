// The X-Request-Ids that the model bank has taken: unique for 24 hours, a repeat is refused with
// 409 and no stored answer. Source: ClearBank "Getting started", idempotency.
#pragma once

#include "base/clock.h"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace settled::sandbox {

class RequestIds {
  public:
    // False if it was taken within the last 24 hours (or since bounds::bank_request_ids_max
    // others).
    bool take(std::string_view id, Instant now);

  private:
    std::unordered_set<std::string> taken_;
    std::deque<std::pair<Instant, std::string>> by_age_;
};

} // namespace settled::sandbox
