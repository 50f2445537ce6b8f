// The model partner: takes notifications by HTTPS and HTTP on any path, checks them (Standard
// Webhooks 1.0.0 signature or basic authentication), remembers them, and misbehaves on request.
//
// Each path is an endpoint of its own, with its own manners and credentials; "*" stands for those
// that have none. Threads: used on its io_context only.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/rsa.h"
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
    half,     // 200 whose body is cut in the middle
    hang,     // 200 whose body never ends: the head comes, and then nothing
    nonce,    // 200 with the number that it was sent, signed
};

struct Mode {
    Manners manners = Manners::ok;
    std::chrono::milliseconds delay{0};
    int status = 500;
    std::string retry_after; // the header's value; "" for none
    std::string location;
    std::string body;      // of ok and status; "" for the usual one
    std::size_t count = 0; // this many requests, then ok; 0: until changed
};

// What the partner checks with; a secret of its own for each endpoint.
struct Credentials {
    Secret webhook_key; // the key bytes, see crypto::parse_webhook_secret
    std::string user;
    Secret password;
};

// What an OPTIONS request for consent is answered (CloudEvents' HTTP webhook 1.0).
struct ConsentRule {
    std::string origin; // "": no consent
    std::string rate;
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
    void set_consent(const std::string& path, ConsentRule rule) {
        consents_[path] = std::move(rule);
    }
    // The public half of the key that `nonce` answers are signed with, PEM.
    Result<std::string> nonce_key();
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
    net::Response consent_for(const std::string& path) const;
    Result<net::Response> nonce_answer(const net::Fields& fields);

    boost::asio::io_context& io_;
    Options options_;
    const Clock& clock_;
    Rng& rng_;
    std::map<std::string, Mode> modes_;
    std::map<std::string, Credentials> credentials_;
    std::map<std::string, ConsentRule> consents_;
    std::shared_ptr<crypto::Signer> nonce_signer_; // made when it is asked for
    PartnerRecords records_;
    std::unique_ptr<net::Server> plain_;
    std::unique_ptr<net::Server> tls_;
};

} // namespace settled::sandbox
