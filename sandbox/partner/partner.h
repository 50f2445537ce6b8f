// The model partner: takes notifications by HTTPS and HTTP on any path, checks them (Standard
// Webhooks 1.0.0 signature or basic authentication), remembers them, and misbehaves on request.
//
// Each path is an endpoint of its own, with its own manners and credentials; "*" stands for those
// that have none. Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "sandbox/base/handler.h"
#include "sandbox/partner/records.h"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace settled::sandbox {

enum class Manners : std::uint8_t {
    ok,       // 200
    slow,     // 200, late
    status,   // another status
    garbage,  // 200 with bytes that are no text
    huge,     // 200 with a body far too large
    redirect, // 307 to another address
};

struct Mode {
    Manners manners = Manners::ok;
    std::chrono::milliseconds delay{0};
    int status = 500;
    std::string retry_after; // the header's value; "" for none
    std::string location;
    std::size_t count = 0; // this many requests, then ok; 0: until changed
};

// What the partner checks with; a secret of its own for each endpoint.
struct Credentials {
    Secret webhook_key; // the key bytes, see crypto::parse_webhook_secret
    std::string user;
    Secret password;
};

class Partner final : public SandboxHandler {
  public:
    struct Options {
        std::uint16_t port = 0;
        std::uint16_t tls_port = 0;
        net::TlsFiles tls_files;
    };
    static Result<std::unique_ptr<Partner>> start(boost::asio::io_context& io, Options options,
                                                  const Clock& clock, Rng& rng);

    void set_mode(const std::string& path, Mode mode) { modes_[path] = std::move(mode); }
    void set_credentials(const std::string& path, Credentials credentials);
    // Down: connections are refused and those that are open are cut. Up again on the same ports.
    Task<Result<>> set_down(bool down);
    bool is_down() const { return plain_ == nullptr; }

    std::uint16_t port() const { return options_.port; }
    std::uint16_t tls_port() const { return options_.tls_port; }
    PartnerRecords& records() { return records_; }
    Task<> stop();

    Task<net::Response> handle(net::Request request) override;

  private:
    Partner(boost::asio::io_context& io, Options options, const Clock& clock, Rng& rng)
        : io_(io), options_(std::move(options)), clock_(clock), rng_(rng) {}
    Result<> listen();
    Mode take_mode(const std::string& path);
    Authenticity check(const net::Request& request) const;
    net::Response answer_for(const Mode& mode) const;

    boost::asio::io_context& io_;
    Options options_;
    const Clock& clock_;
    Rng& rng_;
    std::map<std::string, Mode> modes_;
    std::map<std::string, Credentials> credentials_;
    PartnerRecords records_;
    std::unique_ptr<net::Server> plain_;
    std::unique_ptr<net::Server> tls_;
};

} // namespace settled::sandbox
