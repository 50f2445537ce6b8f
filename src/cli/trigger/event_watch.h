// The events that come after a moment, asked for until one of them is there.
#pragma once

#include "base/clock.h"
#include "cli/client/api_session.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::cli {

struct WatchedEvent {
    std::string id;
    std::string type;
    std::string body;
    bool is_taken = false; // it was awaited
};

class EventWatch {
  public:
    // From now on. `is_remote`: the server holds its answer back until there is something to say.
    // Fails as ApiSession::ask().
    static Result<EventWatch> begin(ApiSession& api, bool is_remote);

    // The next event of that type that names `about`, an id of the client, the bank or ours; each
    // event counts once. nullopt: none came by then.
    Result<std::optional<WatchedEvent>> await(std::string_view type, std::string_view about,
                                              Clock::Steady until);

  private:
    EventWatch(ApiSession& api, bool is_remote, std::string after)
        : api_(&api), is_remote_(is_remote), after_(std::move(after)) {}
    WatchedEvent* find(std::string_view type, std::string_view about);
    Result<> read_more(Clock::Steady until);

    ApiSession* api_;
    bool is_remote_;
    std::string after_;
    std::vector<WatchedEvent> seen_;
    SystemClock clock_;
};

} // namespace settled::cli
