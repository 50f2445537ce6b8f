// For the tests of this module: an Api over a store in a directory of its own, called as the server
// would call it, and a clock that stands still.
#pragma once

#include "api/api.h"
#include "domain/facts.h"
#include "store/queries/directory.h"
#include "store/sqlite/sqlite_store.h"
#include "units/calls/derived_ids.h"
#include "units/calls/run_call.h"
#include "wire/json.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::api::testing {

class FakeClock final : public Clock {
  public:
    Instant now() const override { return {us_.load()}; }
    Steady steady() const override { return Steady(std::chrono::microseconds(us_.load())); }
    void advance(std::chrono::microseconds by) { us_ += by.count(); }

  private:
    std::atomic<std::int64_t> us_{1'795'000'000'000'000}; // 2026-11-18
};

// An answer, with its body read.
struct Reply {
    net::Response response;
    wire::JsonDocument document;

    int status() const { return response.status; }
    wire::Json root() const { return document.root(); }
    // A member's text by its path, "match.rule"; numbers as digits; "" when absent or null.
    std::string at(std::string_view path) const;
    std::string code() const { return at("code"); }
    std::size_t count() const { return root().member("data")->size(); } // of a page
};

using Headers = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view our_iban = "GB57CLRB04040100057354";

// Holds every delivery, as a node that delivers all of them.
class HoldAll final : public units::TaskClaims {
  public:
    std::int64_t holder_for(EndpointId) const override { return 257; }
};

class World {
  public:
    World();
    ~World();

    // With a key; "" sends none.
    Reply call(std::string_view key, std::string_view method, std::string_view target,
               std::string_view body = {}, const Headers& headers = {});
    // Over the control socket.
    Reply operate(std::string_view method, std::string_view target, std::string_view body = {});
    Reply answer(net::Request request);
    // Whether a file may be sent with this head.
    Result<std::shared_ptr<void>> admitted(const net::Request& head) {
        return run(api->admit_file(head));
    }

    // A new key of a tenant, which is opened: "sk_…".
    std::string key_of(std::string_view tenant, std::string_view scopes = "*");

    // Runs a unit and gives its result.
    template <class T>
    T write(store::Unit<T> unit);

    // Money arrived: takes a webhook in. Gives the webhook's id.
    WebhookId settle(TenantId tenant, domain::SettlementFact fact);
    // The same from a connector that there is.
    WebhookId settle_at(std::string_view connector, domain::SettlementFact fact);
    WebhookId settle(TenantId tenant, ConnectorId connector, domain::SettlementFact fact);
    // A webhook that says this.
    void tell(std::string_view connector, std::string_view type, domain::BankFact fact);
    store::ConnectorRow connector_named(std::string_view name);
    TenantId tenant(std::string_view name);
    // A file in the tenant's own directory of secrets: how its keys name it.
    std::string keep_secret(const std::string& name, std::string_view content,
                            std::string_view tenant = "main");
    // The body of POST /v1/connectors, with keys made for it; the signing key is such a file of
    // `main`.
    std::string new_connector(std::string_view name);
    // The same of a connector whose API is called; `more`: further members, each with a comma before.
    std::string new_bank(std::string_view name, std::string_view more = "");
    // Sends what is due to that connector, and has the bank reply so. Gives what was sent.
    std::vector<units::CallToSend> bank_replies(std::string_view connector, int status,
                                                std::string body);
    // Another server's over the same store.
    std::unique_ptr<Api> another_api();

    std::string tenant_secrets() const { return directory + "/secrets"; }
    // The next note that a commit passed to its listener; waits for it. nullopt: none came in 5 s.
    std::optional<store::TaskNote> next_note();

    FakeClock clock;
    SystemRng rng;
    Secret master{std::string(32, 'm')};
    IdMint ids{clock, 1};
    units::TenantKeys tenant_keys{master.copy()};
    HoldAll claims;
    units::DerivedIds derived_ids{Bytes(units::DerivedIds::key_bytes, 7)};
    units::Context context{ids,     tenant_keys, std::chrono::seconds(10),
                           &claims, nullptr,     std::chrono::seconds(2),
                           nullptr, true,        &derived_ids};
    observe::Metrics metrics;
    custody::KeyDesk key_desk;
    // Of all connectors.
    Result<units::BodyReader> reader = fail(Code::key_unavailable, "no connector is open");
    // Of all connectors: of the newest that `new_connector` named, as a server would have opened it.
    std::optional<custody::KeyFacts> signing_key;
    std::vector<EndpointId> changed_endpoints; // one for each change, in order
    int connectors_changed = 0;
    int rules_changed = 0;
    std::string directory;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Api> api;

  private:
    template <class T>
    T run(Task<T> task);
    void keep_notes(std::vector<store::TaskNote> notes);

    std::mutex mutex_;
    std::condition_variable noted_;
    std::vector<store::TaskNote> notes_;
    boost::asio::io_context io_;
};

template <class T>
T World::run(Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr thrown, T value) {
        if (thrown)
            std::rethrow_exception(thrown);
        result.emplace(std::move(value));
    });
    io_.restart();
    io_.run();
    return *std::move(result);
}

template <class T>
T World::write(store::Unit<T> unit) {
    Result<T> result = run(store->write<T>(std::move(unit)));
    SETTLED_ASSERT(result.has_value(), "a unit of the test failed");
    return *std::move(result);
}

// 12.34 GBP for INV-2041 on our_iban.
domain::SettlementFact money_in(std::string transaction_id, std::string end_to_end_id);

} // namespace settled::api::testing
