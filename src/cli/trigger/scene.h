// What a trigger works with: a sandbox that it drives, the server that the sandbox belongs to, and
// the events that it waits for.
//
// Money moves in the sandbox alone. What a trigger asks of the server (an order, a link, a return)
// goes to a connector whose API is that of this sandbox: where there is none, nothing is asked.
#pragma once

#include "base/clock.h"
#include "cli/trigger/event_watch.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::cli {

// What the user gave; empty: what the trigger has of its own.
struct TriggerWishes {
    std::string payment;           // the client's id of a payment that is registered
    std::string amount;            // "12.34"
    std::string reference;         // that the money comes with
    std::int64_t cut = 0;          // so many characters at the end of the reference are lost
    bool blank = false;            // the reference is lost
    bool drop_id = false;          // the end-to-end id is lost
    std::chrono::seconds down{30}; // how long the partner is away
};

class Scene {
  public:
    struct Deps {
        ApiSession& sandbox; // its control API
        ApiSession& server;
        EventWatch watch;
        Clock::Steady until; // for all that is waited for
        bool waits = true;   // at the end, too
    };
    // Fails with value_invalid: the address is no sandbox's.
    static Result<Scene> begin(Deps deps, TriggerWishes wishes);

    // Fail as ApiSession::ask(), which has printed what was refused.
    Result<Answered> ask_sandbox(std::string method, std::string target, std::string body = {});
    Result<Answered> ask_server(std::string method, std::string target, std::string body = {});

    // Waits for it now, for what comes next; fails with peer_timeout. Gives the event's body.
    Result<std::string> come(std::string_view type, std::string_view about);
    // Is waited for when everything was done.
    void expect(std::string_view type, std::string about);
    // Shown at the end: "payment", its id.
    void fact(std::string_view name, std::string value);
    // Asks `holds` again and again; false: it did not hold in time.
    template <class Holds>
    Result<bool> until(Holds holds) {
        for (;;) {
            TRY(const bool now, holds());
            if (now || clock_.steady() >= deps_.until)
                return now;
            pause();
        }
    }
    void pause(std::chrono::milliseconds time = std::chrono::milliseconds(100)) const;

    const TriggerWishes& wishes() const { return wishes_; }
    // Letters and digits that no other run has.
    const std::string& mark() const { return mark_; }
    // Of the sandbox: "urls.partner", "real_account_iban", as GET /state has it.
    std::string place(std::string_view name) const { return state_.at(name); }
    // An account at the model bank that the server knows. Fails with account_unknown.
    Result<std::string> account();
    // The connector whose `member` is this address of the sandbox. Fails with connector_unknown.
    Result<std::string> connector(std::string_view member, std::string_view url);

    // The events that were expected; false: one of them did not come.
    Result<bool> wait_for_expected();
    struct Expected {
        std::string type;
        std::string about;
    };
    const std::vector<std::pair<std::string_view, std::string>>& facts() const { return facts_; }
    const std::vector<WatchedEvent>& events() const { return events_; }
    const std::vector<Expected>& missing() const { return expected_; }

  private:
    Scene(Deps deps, TriggerWishes wishes, Answered state);

    Deps deps_;
    TriggerWishes wishes_;
    Answered state_;
    std::string mark_;
    SystemClock clock_;
    std::vector<std::pair<std::string_view, std::string>> facts_;
    std::vector<WatchedEvent> events_;
    std::vector<Expected> expected_; // and did not come yet
};

} // namespace settled::cli
