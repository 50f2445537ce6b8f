// `settled backup` asks a running server for a copy of its store, over the control socket alone:
// POST begins it, GET says how it goes, PUT says that the copy was verified. The copy is written below
// the data directory, since the server may be allowed to write nowhere else; the command takes it from
// there.
#pragma once

#include "net/http.h"
#include "server/installation.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace settled::server {

inline constexpr std::string_view backup_path = "/backup";
// Below the data directory; there while a copy is made, and until the command has taken it.
std::string backup_file(const Config& config);

// Shared by all io threads.
class BackupDesk {
  public:
    explicit BackupDesk(Installation& installation)
        : installation_(installation), state_(std::make_shared<State>()) {}

    Task<net::Response> handle(net::Request request);

  private:
    struct State { // outlives the desk: the store's thread writes it
        std::mutex mutex;
        std::string status = "none"; // running, done, failed
        std::string reason;
    };
    net::Response begin();
    net::Response show() const;
    Task<net::Response> verified();

    Installation& installation_;
    std::shared_ptr<State> state_;
};

} // namespace settled::server
