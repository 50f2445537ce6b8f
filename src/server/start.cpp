#include "server/start.h"

#include "crypto/fips.h"
#include "observe/log.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>

namespace settled::server {

namespace {

using namespace std::chrono_literals;

// How soon a secret that could not be read is tried again.
constexpr std::array<std::chrono::seconds, 4> waits{1s, 2s, 5s, 10s};

std::chrono::seconds wait_after(std::size_t tries) {
    return waits[std::min(tries, waits.size() - 1)];
}

// A wait of this thread that SIGTERM and SIGINT end. While there is one, they do nothing else.
class Pause {
  public:
    Pause() : signals_(io_, SIGTERM, SIGINT) {
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            is_ended_ = is_ended_ || !error;
        });
    }
    // False: a signal came, now or before.
    bool wait(std::chrono::seconds time) {
        io_.restart();
        io_.run_for(time);
        io_.poll();
        return !is_ended_;
    }

  private:
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    bool is_ended_ = false;
};

// nullptr: a signal came first.
Result<std::unique_ptr<TlsKeeper>> open_tls_when_its_key_is_there(const Config& config) {
    std::optional<Pause> pause;
    for (std::size_t tries = 0;; ++tries) {
        auto opened = TlsKeeper::open(config);
        if (opened && pause && !pause->wait(0s))
            return nullptr;
        if (opened || !is_place_away(opened.error()))
            return opened;
        const Error& why = opened.error();
        log::lasting("server.waiting", {why.code, fmt::format("server.tls_key: {}", why.detail)},
                     {});
        if (!pause)
            pause.emplace();
        if (!pause->wait(wait_after(tries)))
            return nullptr;
    }
}

} // namespace

Result<Start> open_when_secrets_are_there(const Config& config, node::Roles roles) {
    Start start;
    if (config.fips)
        TRY_VOID(crypto::use_fips()); // before anything is computed
    if (!config.tls_certificate.empty()) {
        TRY(start.tls, open_tls_when_its_key_is_there(config));
        if (!start.tls)
            return start;
    }
    for (std::size_t tries = 0;; ++tries) {
        auto opened = Installation::open(config, roles, IfMissing::make);
        if (opened) {
            // A signal that came while it was opened is not lost.
            if (!start.waiting || start.waiting->wait(0s))
                start.installation = *std::move(opened);
            return start;
        }
        if (!is_secret_away(opened.error()))
            return std::unexpected(std::move(opened).error());
        log::lasting("server.waiting", opened.error(), {});
        if (start.waiting) {
            start.waiting->say(opened.error());
        } else {
            TRY(start.waiting, WaitingServer::begin(config, start.tls ? start.tls->tls() : nullptr,
                                                    opened.error()));
            log::info("server.listening", {{"port", start.waiting->port()}});
        }
        if (!start.waiting->wait(wait_after(tries)))
            return start;
        if (start.tls)
            start.tls->look(SystemClock().steady());
    }
}

} // namespace settled::server
