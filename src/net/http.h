// HTTP messages as handlers and callers see them: plain values, no library type in sight.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/task.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::net {

// Field names compare without case. The order is the order on the wire.
//
// All text lies in one string, so that a message of ten fields costs two allocations, not twenty;
// the views handed out are valid until the next add() and while the Fields live.
class Fields {
  public:
    using Field = std::pair<std::string_view, std::string_view>; // name, value

    class Iterator {
      public:
        using value_type = Field;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(const Fields* of, std::size_t at) : of_(of), at_(at) {}
        Field operator*() const { return of_->at(at_); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return {of_, at_++}; }
        bool operator==(const Iterator&) const = default;

      private:
        const Fields* of_ = nullptr;
        std::size_t at_ = 0;
    };

    void add(std::string_view name, std::string_view value);
    // The value of the first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    Field at(std::size_t index) const;
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, places_.size()}; }
    std::size_t size() const { return places_.size(); }

  private:
    struct Place {
        std::uint32_t name;
        std::uint32_t value;
        std::uint32_t end;
    };
    std::string text_;
    std::vector<Place> places_;
};

// True if the two names are equal, ignoring the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b);

// Percent-decoding, once. nullopt when a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

// A request that passed the request policy: complete, within its limits, its framing unambiguous.
struct Request {
    std::string method; // "POST"
    std::string target; // as sent: "/v1/payments?limit=5"
    std::string path;   // "/v1/payments", percent-decoded once, no NUL, no "/../"
    std::string query;  // "limit=5", still encoded
    Fields fields;      // header fields only: trailers never get here
    std::string body;
    std::string request_id;  // the caller's X-Request-Id if it is acceptable, else minted
    std::string traceparent; // W3C, the caller's if valid, else new
    std::string peer;        // address without port; "unix" for the control socket
    bool trusted_peer =
        false; // came over the control socket (file permissions are the authentication)

    // Decoded value of a query parameter; nullopt when absent.
    std::optional<std::string> parameter(std::string_view name) const;
};

// A body that comes in parts while it is sent: for what is not known yet when the head goes out.
class BodySource {
  public:
    virtual ~BodySource() = default;
    // The next part; nullopt at the end. Within bounds::part_wait_max, and soon after `is_cut` has
    // become true: then the peer is gone, or the server ends.
    virtual Task<std::optional<std::string>> next(const bool& is_cut) = 0;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Fields fields; // in addition to Content-Type, Content-Length, Date, Connection and X-Request-Id
    std::string body;
    std::shared_ptr<BodySource> source; // the body comes from it, chunked; `body` is empty
    bool close = false;                 // close the connection after this answer
    // For code that plays a peer at fault: the connection ends after so many bytes of the answer,
    // its head included. Nothing that comes from outside sets it.
    std::optional<std::size_t> cut_after;
    bool reset = false; // end the connection with a TCP reset, so that no orderly end is seen
};

} // namespace settled::net
