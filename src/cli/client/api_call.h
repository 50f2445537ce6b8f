// One call of the API as the operator of this machine: over the control socket when a server runs
// on the data directory, else in this process on the opened store. One code path for both: who
// calls knows only requests and answers.
#pragma once

#include "net/http.h"
#include "server/config.h"

#include <memory>
#include <string>

namespace settled::server {
class Installation;
}

namespace settled::cli {

struct ApiCall {
    std::string method = "GET";
    std::string target;               // "/v1/payments?limit=5"
    std::string body;                 // JSON
    std::string idempotency_key = {}; // empty: none
    // Begins an installation: a store that is not there is made. For all others it is an error.
    bool begins = false;
};

// The answer, whatever its status. Errors are of reaching the API: store_missing,
// store_locked, io_failed, key_unreadable…
Result<net::Response> call_api(const server::Config& config, const ApiCall& call);

// Many calls one after the other: where no server runs, the store is opened once for all of them.
class LocalApi {
  public:
    explicit LocalApi(server::Config config);
    ~LocalApi();
    Result<net::Response> call(const ApiCall& call);
    const server::Config& config() const { return config_; }

  private:
    const server::Config config_;
    std::unique_ptr<server::Installation> own_;
};

} // namespace settled::cli
