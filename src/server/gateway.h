// The one door of HTTP: webhooks to intake, /v1 to the API, the console's files, and what operators ask.
#pragma once

#include "net/server/server.h"
#include "server/backup_desk.h"
#include "server/console_pages.h"
#include "server/figures.h"
#include "server/installation.h"
#include "server/tls_keeper.h"

#include <atomic>
#include <functional>
#include <optional>
#include <string_view>

namespace settled::server {

// POST, over the control socket alone: tokens may be given PINs again that they refused.
inline constexpr std::string_view retry_pins_path = "/signing-keys/retry";

// Shared by all io threads.
class Gateway final : public net::Handler {
  public:
    explicit Gateway(Installation& installation);

    std::size_t body_bytes_max(std::string_view method, std::string_view path) const override;
    std::size_t file_bytes_max(std::string_view method, std::string_view path) const override;
    Task<Result<FilePlace>> admit_file(const net::Request& head) override;
    bool is_vital(std::string_view method, std::string_view path) const override;
    Task<net::Response> handle(net::Request request) override;
    net::Response refuse(const Error& error, std::string_view request_id) const override;
    void answered(const net::Request& request, const net::Response& response,
                  std::chrono::microseconds took) override;

    // From now on /readyz says no, so that balancers send new work elsewhere.
    void begin_shutdown() { shutting_down_ = true; }

    // Asked by /readyz, which shows it; a server without Kafka is ready for everything else. Set
    // before the first request.
    void show_kafka(std::function<std::string_view()> reach) { kafka_ = std::move(reach); }
    // Shown by /metrics, and by /readyz while what is there now cannot be used. Set before the first
    // request; outlives it.
    void show_tls(const TlsKeeper& tls) { tls_ = &tls; }

  private:
    Task<net::Response> show_metrics();
    std::optional<TlsKeeper::State> tls_state() const; // nullopt: HTTP
    Task<net::Response> retry_pins(std::string request_id);
    net::Response console(const net::Request& request) const;
    net::Response ready() const;
    std::optional<Error> not_here(bool has_role, std::string_view role) const;

    Installation& installation_;
    BackupDesk backups_;
    Figures figures_;
    ConsolePages pages_{console_files()};
    observe::Counter refused_requests_;
    std::function<std::string_view()> kafka_;
    const TlsKeeper* tls_ = nullptr; // none: HTTP
    std::atomic<bool> shutting_down_{false};
};

} // namespace settled::server
