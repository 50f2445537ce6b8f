// The model platform: notifies a partner of what happens to its business objects, and shows the
// objects to who has a token. HTTP and HTTPS.
#pragma once

#include "sandbox/platform/content.h"
#include "sandbox/platform/notifier.h"

#include "net/server/server.h"

#include <memory>

namespace settled::sandbox {

class Platform {
  public:
    struct Options {
        std::uint16_t port = 0;
        std::uint16_t tls_port = 0;
        net::TlsFiles tls_files;
        Secret client_secret;
    };
    static Result<std::unique_ptr<Platform>> start(boost::asio::io_context& io, Options options,
                                                   std::shared_ptr<net::Client> client,
                                                   const Clock& clock, Rng& rng);

    PlatformContent& content() { return content_; }
    Notifier& notifier() { return *notifier_; }
    std::uint16_t port() const { return plain_->port(); }
    std::uint16_t tls_port() const { return tls_->port(); }
    // Where an object's content is, as its notifications say.
    std::string url_of(std::string_view id, bool over_tls) const;

    Task<> stop();

  private:
    Platform(boost::asio::io_context& io, Options& options, std::shared_ptr<net::Client> client,
             const Clock& clock, Rng& rng);

    std::shared_ptr<Pauses> pauses_;
    PlatformContent content_;
    std::shared_ptr<Notifier> notifier_;
    std::unique_ptr<net::Server> plain_;
    std::unique_ptr<net::Server> tls_;
};

} // namespace settled::sandbox
