#include "server/start.h"

#include "observe/log.h"

#include <algorithm>
#include <array>

namespace settled::server {

namespace {

using namespace std::chrono_literals;

// How soon a secret that could not be read is tried again.
constexpr std::array<std::chrono::seconds, 4> waits{1s, 2s, 5s, 10s};

} // namespace

Result<Start> open_when_secrets_are_there(const Config& config, node::Roles roles) {
    Start start;
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
            TRY(start.waiting, WaitingServer::begin(config, opened.error()));
            log::info("server.listening", {{"port", start.waiting->port()}});
        }
        if (!start.waiting->wait(waits[std::min(tries, waits.size() - 1)]))
            return start;
    }
}

} // namespace settled::server
