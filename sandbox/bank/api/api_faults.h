// Faults of the model bank's API, as a test orders them: a call is processed or not, and its reply
// comes as it is, replaced, late, cut after some bytes, with a reset, or never.
//
// Source: CB "Getting started", status codes (429 and 503); of 429 two forms are published:
// Retry-After as a header, and seconds only in the text of the body.
// Threads: used on one io_context only.
#pragma once

#include "net/http.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace settled::sandbox {

struct ApiFault {
    // Which calls: by method and beginning of the path (without regard to case), both any when
    // empty; after `skip` of them each n-th, `count` times.
    std::string method;
    std::string path_prefix;
    std::uint64_t skip = 0;
    std::uint64_t every = 1;
    std::uint64_t count = 1;

    // Whether the bank does what it was asked before the fault. If not, no check is made either.
    bool processed = false;
    int status = 0; // 0: the bank's own answer, or 503 when the call is not processed
    std::optional<std::string> body; // none: what the bank says with that status
    std::string content_type = "application/json";
    int retry_after_s = 0;                // 0: not said
    bool retry_after_in_text = false;     // of 429: only in the body's text
    std::optional<std::size_t> cut_after; // bytes of the reply, its head included
    bool reset = false;
    bool hang = false;
    std::chrono::milliseconds delay{0};

    std::uint64_t seen = 0;
    std::uint64_t left = 0; // of `count`
};

class ApiFaults {
  public:
    // Fails silently beyond bounds::api_faults_max: the caller checks size().
    void add(ApiFault fault);
    void clear() { faults_.clear(); }
    const std::deque<ApiFault>& all() const { return faults_; }
    // The first fault that this call meets; each call counts for every fault that it fits until
    // one is met. What is used up is forgotten.
    std::optional<ApiFault> next(const net::Request& request);

  private:
    std::deque<ApiFault> faults_;
};

// What the caller gets; `own` is the bank's own answer, if the call was processed.
net::Response faulty_response(const ApiFault& fault, std::optional<net::Response> own);

} // namespace settled::sandbox
