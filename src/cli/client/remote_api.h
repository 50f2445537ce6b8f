// One call of the API of a server elsewhere, with an API key. Blocking: for the command line.
#pragma once

#include "cli/client/api_call.h"
#include "cli/client/target.h"

#include <memory>

namespace settled::cli {

class RemoteApi {
  public:
    explicit RemoteApi(RemoteServer server);
    ~RemoteApi();
    // The answer, whatever its status. The server's certificate is verified. Fails with io_failed
    // (a file of authorities), resolve_failed, connect_failed, tls_failed, peer_timeout,
    // peer_closed, reply_malformed, reply_too_large.
    Result<net::Response> call(const ApiCall& call);
    const std::string& url() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace settled::cli
