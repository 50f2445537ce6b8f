// What the story plays in: the model bank, provider and partner on this process's io_context, the
// real server as a child process, and the ways to ask both.
//
// Everything runs on one thread. Every wait has an end.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/task.h"
#include "demo/installation_files.h"
#include "demo/nodes.h"
#include "demo/told.h"
#include "net/client/client.h"
#include "sandbox/sandbox.h"
#include "wire/json.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::demo {

// Status 0: no answer came; then `json` is {} and `problem` says why.
struct Answer {
    int status = 0;
    wire::JsonDocument json;
    std::string problem;

    std::string text(std::string_view path) const;
    std::int64_t number(std::string_view path) const;
    std::string shown() const; // "201", or "404 not_found", or why there was none
};

// A webhook that the bank was asked to send: its ids at the sender, and the transaction.
struct Sent {
    std::vector<std::int64_t> ids;
    std::string transaction_id;
};

// What the world is made of.
struct WorldPlan {
    std::string directory;  // for keys, settings, logs, and the store if it is SQLite
    std::string store_url;  // empty: SQLite, for one node only
    std::size_t nodes = 1;  // servers
    std::uint16_t port = 0; // of the first one; 0: any
    KeysIn keys = KeysIn::files;
};

class World {
  public:
    // Makes keys, installation and API key; no server runs yet.
    static Result<std::unique_ptr<World>> make(boost::asio::io_context& io, WorldPlan plan);

    // How long the server took to be ready, in microseconds; fails with peer_timeout or, when it
    // ended instead, with internal.
    Task<Result<std::int64_t>> start_server(std::size_t node = 0);
    Task<> stop_servers();
    Task<bool> is_ready(std::size_t node);

    // Of several nodes each call asks another one that is awake.
    Task<Answer> ask(std::string method, std::string target, std::string body = {});
    // This very node. `key` is the Idempotency-Key of a POST, "" for one of its own.
    Task<Answer> ask_node(std::size_t node, std::string method, std::string target,
                          std::string body = {}, std::string key = {});
    // A counter or gauge of that node's /metrics, by its name with its labels; 0 without an answer.
    Task<std::int64_t> metric(std::size_t node, std::string name);
    // The bank's webhooks go to all nodes that are awake in turn.
    void aim_bank();
    // Payments are registered at a node other than the one that gets the bank's next webhook.
    void aim_provider();
    std::size_t provider_node() const { return provider_node_; }
    // Who answered the webhook last, or would have.
    std::optional<std::size_t> node_of(const sandbox::WebhookRecord& webhook) const;

    Task<Answer> ask_sandbox(std::string method, std::string target, std::string body = {});
    // The core bank is connected, and its webhooks come to the first node; or it is gone.
    Result<> add_core_bank();
    Result<> remove_core_bank();
    // A signed call of the model bank's API, as an institution makes it.
    Task<Answer> ask_bank(std::string method, std::string target, std::string body);
    // Every item of a list of the API, page by page.
    Task<std::vector<wire::JsonDocument>> ask_all(std::string target);

    // True as soon as it holds, false when it does not within the time.
    Task<bool> until(std::function<bool()> holds,
                     std::chrono::milliseconds longest = std::chrono::seconds(15));
    Task<> pause(std::chrono::milliseconds time);

    // Money on the account that the payment names, else on the one that the story is about.
    Result<Sent> settle(sandbox::SettledPayment payment, std::size_t duplicates = 0,
                        sandbox::Tamper tamper = sandbox::Tamper::none);
    bool acknowledged(std::int64_t webhook_id) const;
    const sandbox::WebhookRecord& webhook(std::int64_t id) const;
    // The notifications that the partner received up to now.
    const ToldBook& told();

    sandbox::Sandbox& sandbox() { return *sandbox_; }
    Nodes& nodes() { return nodes_; }
    ServerProcess& server() { return nodes_.at(0); }
    KeysIn keys_in() const { return plan_.keys; }
    bool is_on_postgres() const { return !plan_.store_url.empty(); }
    const std::string& directory() const { return plan_.directory; }

    // Learned while the story sets the scene.
    std::string iban;
    std::string owner = "ACME Shop Ltd";
    std::string endpoint_id;
    std::string loan_iban; // of the account that was opened for the loan

  private:
    World(boost::asio::io_context& io, WorldPlan plan, const std::vector<ServerPlace>& places)
        : io_(io), plan_(std::move(plan)), place_(places.front()), nodes_(places) {}
    Result<> settle_in(const std::vector<ServerPlace>& places);
    SharedStore shared_store() const;
    Result<> spread_webhooks();
    Task<Result<net::Reply>> send(std::string method, std::string url, net::Fields fields,
                                  std::string body);
    Task<Answer> call(std::string method, std::string url, net::Fields fields, std::string body);

    boost::asio::io_context& io_;
    WorldPlan plan_;
    ServerPlace place_; // of the first server
    SystemClock clock_;
    SystemRng rng_;
    Secret api_key_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
    std::unique_ptr<net::Client> client_;
    Nodes nodes_;
    std::vector<std::size_t> bank_aims_at_; // nodes
    std::size_t provider_node_ = 0;
    ToldBook told_;
    std::uint64_t requests_ = 0;
};

Money pounds(std::int64_t pence);

} // namespace settled::demo
