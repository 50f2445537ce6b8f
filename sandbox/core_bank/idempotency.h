// The idempotency of the model core bank: for six hours the same key is answered with the first
// answer, and with 102 while the first is being processed. A refusal is not kept: the same key is
// then judged anew. Source: Mambu API v2, "Idempotency".
//
// Threads: used on one io_context only.
#pragma once

#include "base/clock.h"
#include "net/http.h"

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

namespace settled::sandbox {

class Idempotency {
  public:
    static constexpr std::chrono::hours kept{6};

    enum class Place : std::uint8_t { new_, in_process, answered };
    struct Found {
        Place place = Place::new_;
        net::Response answer; // the first one
    };
    // Takes the key when it is new.
    Found begin(const std::string& key, Instant now);
    void end(const std::string& key, const net::Response& answer);
    // Tests make the hours pass.
    void forget_all() { entries_.clear(); }
    std::uint64_t replays() const { return replays_; }
    std::uint64_t in_process() const { return in_process_; }

  private:
    struct Entry {
        Instant since;
        std::optional<net::Response> answer;
    };
    std::unordered_map<std::string, Entry> entries_;
    std::uint64_t replays_ = 0;
    std::uint64_t in_process_ = 0;
};

} // namespace settled::sandbox
