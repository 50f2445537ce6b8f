// The composition root: everything of an installation but its sockets and threads. The server puts
// threads around it; the command line uses one to answer a single call when no server runs.
#pragma once

#include "api/api.h"
#include "app/config.h"
#include "base/clock.h"
#include "base/rng.h"
#include "intake/hooks.h"
#include "intake/source_book.h"
#include "observe/metrics.h"
#include "store/store.h"
#include "units/context.h"
#include "worker/endpoint_book.h"

#include <functional>
#include <memory>

namespace settled::app {

class Installation {
  public:
    // Opens the store (and makes it at the first start), the master key, the books.
    static Result<std::unique_ptr<Installation>> open(const Config& config);
    ~Installation();

    // Reads the books again from the store.
    Task<> reload_sources();
    Task<> reload_endpoints();
    // What else wants to know that endpoints changed; set once, before the first request.
    void on_endpoints_changed(std::function<void()> listener) {
        endpoints_listener_ = std::move(listener);
    }

    SystemClock clock;
    SystemRng rng;
    observe::Metrics metrics;

    store::Store& store() { return *store_; }
    const units::Context& context() const { return *context_; }
    intake::SourceBook& sources() { return sources_; }
    worker::EndpointBook& endpoints() { return *endpoints_; }
    intake::Hooks& hooks() { return *hooks_; }
    api::Api& api() { return *api_; }
    const Config& config() const { return config_; }

  private:
    explicit Installation(Config config) : config_(std::move(config)) {}
    Result<> open_parts();

    Config config_;
    Secret master_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<IdMint> ids_;
    std::unique_ptr<units::TenantKeys> keys_;
    std::unique_ptr<units::Context> context_;
    intake::SourceBook sources_;
    std::unique_ptr<worker::EndpointBook> endpoints_;
    std::unique_ptr<intake::Hooks> hooks_;
    std::unique_ptr<api::Api> api_;
    std::function<void()> endpoints_listener_;
};

} // namespace settled::app
