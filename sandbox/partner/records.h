// The requests that the model partner received: every one, as it came.
#pragma once

#include "base/clock.h"
#include "net/http.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace settled::sandbox {

enum class Authenticity : std::uint8_t {
    unchecked, // the partner was given nothing to check with
    verified,
    failed,
};
std::string_view token(Authenticity authenticity);

struct PartnerRecord {
    std::int64_t number = 0; // rises with the order of arrival
    std::string path;
    std::string id;     // webhook-id, or ce-id; "" if there is none
    int times_seen = 1; // of this id at this path, this one included
    net::Fields fields;
    std::string body;
    Instant received;
    Authenticity authenticity = Authenticity::unchecked;
    int status = 0; // what was answered
};

// Bounded by number and bytes; the oldest go first and are counted.
class PartnerRecords {
  public:
    PartnerRecord& add(PartnerRecord record);
    void clear();

    const std::deque<PartnerRecord>& all() const { return records_; }
    std::size_t received() const { return received_; } // since the start or clear()
    std::size_t distinct() const { return seen_.size(); }
    std::size_t forgotten() const { return received_ - records_.size(); }

  private:
    std::deque<PartnerRecord> records_;
    std::unordered_map<std::string, int> seen_; // path and id
    std::size_t bytes_ = 0;
    std::size_t received_ = 0;
    std::int64_t last_number_ = 0;
};

} // namespace settled::sandbox
