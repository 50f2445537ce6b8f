// What the story plays in: the model bank, provider and partner on this process's io_context, the
// real server as a child process, and the ways to ask both.
//
// Everything runs on one thread. Every wait has an end.
#pragma once

#include "app/demo/server_process.h"
#include "app/demo/told.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "net/client.h"
#include "sandbox/sandbox.h"
#include "wire/json.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::app::demo {

// Status 0: no answer came; then `json` is {} and `problem` says why.
struct Answer {
    int status = 0;
    wire::JsonDocument json;
    std::string problem;

    std::string text(std::string_view path) const;
    std::int64_t number(std::string_view path) const;
    std::string shown() const; // "201", or "404 not_found", or why there was none
};

// A webhook that the bank was told to send: its ids at the sender, and the transaction.
struct Sent {
    std::vector<std::int64_t> ids;
    std::string transaction_id;
};

class World {
  public:
    // Makes keys, installation and API key in `directory`; the server does not run yet.
    static Result<std::unique_ptr<World>> make(boost::asio::io_context& io,
                                               const std::string& directory, std::uint16_t port);

    // How long the server took to be ready, in microseconds; fails with peer_timeout or, when it
    // ended instead, with internal.
    Task<Result<std::int64_t>> start_server();
    Task<> stop_server();

    Task<Answer> ask(std::string method, std::string target, std::string body = {});
    Task<Answer> ask_sandbox(std::string method, std::string target, std::string body = {});
    // A signed call of the model bank's API, as an institution makes it.
    Task<Answer> ask_bank(std::string method, std::string target, std::string body);
    // Every item of a list of the API, page by page.
    Task<std::vector<wire::JsonDocument>> ask_all(std::string target);

    // True as soon as it holds, false when it does not within the time.
    Task<bool> until(std::function<bool()> holds,
                     std::chrono::milliseconds longest = std::chrono::seconds(15));
    Task<> pause(std::chrono::milliseconds time);

    // Money on the account that the story is about.
    Result<Sent> settle(sandbox::SettledPayment payment, std::size_t duplicates = 0,
                        sandbox::Tamper tamper = sandbox::Tamper::none);
    bool acknowledged(std::int64_t webhook_id) const;
    const sandbox::WebhookRecord& webhook(std::int64_t id) const;
    // What the partner was told up to now.
    const ToldBook& told();

    sandbox::Sandbox& sandbox() { return *sandbox_; }
    ServerProcess& server() { return server_; }
    const std::string& directory() const { return directory_; }

    // Learned while the story sets the scene.
    std::string iban;
    std::string owner = "ACME Shop Ltd";
    std::string endpoint_id;

  private:
    World(boost::asio::io_context& io, std::string directory, ServerPlace place)
        : io_(io), directory_(std::move(directory)), server_(std::move(place)) {}
    Task<Answer> call(std::string method, std::string url, net::Fields fields, std::string body);

    boost::asio::io_context& io_;
    std::string directory_;
    SystemClock clock_;
    SystemRng rng_;
    Secret api_key_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
    std::unique_ptr<net::Client> client_;
    ServerProcess server_;
    ToldBook told_;
    std::uint64_t requests_ = 0;
};

Money pounds(std::int64_t pence);

} // namespace settled::app::demo
