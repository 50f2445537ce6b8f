// Figures of the store for /metrics: what waits, and since when. They are those of GET /v1/status, of
// all tenants together, counted by indexes up to a limit each, and read at most every few seconds
// however often the metrics are asked for.
//
// Threads: any io thread may ask. One reads the store at a time; the others show what was read before.
#pragma once

#include "api/handlers/why/status_figures.h"
#include "base/clock.h"
#include "base/task.h"
#include "observe/metrics.h"
#include "server/installation.h"
#include "server/key_metrics.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace settled::server {

// Of all tenants.
struct StoreFigures {
    struct Connector {
        std::string name;
        std::optional<Instant> last_webhook_at;
        std::chrono::seconds expect_every{0};
    };
    std::map<std::string, std::int64_t> reviews; // open ones, by kind
    std::optional<Instant> oldest_review_at;
    std::map<std::string, api::CurrencyFigures> money; // by currency
    std::int64_t owed = 0;
    std::int64_t dead = 0;
    std::optional<Instant> oldest_delivery_at;
    std::vector<Connector> connectors;
    std::optional<Instant> api_key_end; // of the first that ends within a month or so

    void add(const api::StatusFigures& tenant);
};

// In Prometheus' text form.
std::string exposed(const StoreFigures& figures, Instant now);

class Figures {
  public:
    explicit Figures(Installation& installation) : installation_(installation) {}

    // Reads the store if what was read is old, and gives what there is; "" when it cannot be read. Never
    // takes long: where the store does not answer in time, an answer that comes later is shown next time.
    Task<std::string> text();
    // When the first API key ends, if one does soon, and the first client certificate of an endpoint, as they were
    // read by text().
    std::vector<KeyEnd> key_ends() const;

  private:
    struct State {
        std::mutex mutex;
        std::optional<StoreFigures> figures;
        Clock::Steady read_at{};
        // Certificates are parsed, so they are read less often.
        std::optional<Instant> certificate_end; // of the first client certificate that ends
        std::optional<Clock::Steady> certificates_read_at;
        bool is_reading = false;
    };
    static Task<> read(Installation& installation, std::shared_ptr<State> state);
    static Task<> read_certificates(Installation& installation, State& state);

    Installation& installation_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Of this process and its machine: free room below the data directory, and the build.
std::string exposed_machine(const Config& config);

} // namespace settled::server
