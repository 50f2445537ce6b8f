// One call of the API as the operator of this machine: over the control socket when a server runs
// on the data directory, else in this process on the opened store. One code path for both: who
// calls knows only requests and answers.
#pragma once

#include "app/config.h"
#include "net/http.h"

#include <memory>
#include <string>

namespace settled::app {

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
Result<net::Response> call_api(const Config& config, const ApiCall& call);

class Installation;

// Many calls one after the other: where no server runs, the store is opened once for all of them.
class LocalApi {
  public:
    explicit LocalApi(Config config);
    ~LocalApi();
    Result<net::Response> call(const ApiCall& call);
    const Config& config() const { return config_; }

  private:
    const Config config_;
    std::unique_ptr<Installation> own_;
};

} // namespace settled::app
