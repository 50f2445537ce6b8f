// Sends events on to a receiver that is being written, signed as an endpoint is: the event's own
// bytes under the Standard Webhooks headers. One attempt; what failed is shown, and not repeated.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "base/task.h"
#include "cli/listen/event_parser.h"
#include "net/client/client.h"

#include <expected>
#include <memory>
#include <string>

namespace settled::cli {

// Where to: https anywhere, http on loopback. The error is a sentence.
std::expected<net::Url, std::string> forward_url(const std::string& text);

class Forwarder {
  public:
    // `secret`: "whsec_…". Fails with value_invalid (the secret) and io_failed (`authorities`).
    static Result<std::unique_ptr<Forwarder>> make(boost::asio::io_context& io, net::Url url,
                                                   const Secret& secret,
                                                   const std::string& authorities);

    struct Outcome {
        bool is_taken = false; // 2xx
        std::string words;     // "200 in 4 ms", "not sent: …"
    };
    Task<Outcome> forward(StreamedEvent event);

  private:
    Forwarder(std::unique_ptr<net::Client> client, net::Url url, Secret key)
        : client_(std::move(client)), url_(std::move(url)), key_(std::move(key)) {}

    std::unique_ptr<net::Client> client_;
    net::Url url_;
    Secret key_; // the bytes
    SystemClock clock_;
};

} // namespace settled::cli
