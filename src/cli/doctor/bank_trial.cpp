#include "cli/doctor/bank_trial.h"

#include "cli/client/query.h"
#include "cli/doctor/site.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>

namespace settled::cli::doctor {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{50};

// The title of what kept a reply from being read.
std::string outcome_in_words(std::string_view outcome) {
    constexpr std::array codes{
        Code::connect_failed,    Code::resolve_failed,  Code::tls_failed,
        Code::address_forbidden, Code::peer_timeout,    Code::peer_closed,
        Code::reply_malformed,   Code::reply_too_large, Code::key_unavailable};
    for (const Code code : codes)
        if (info(code).token == outcome)
            return std::string(info(code).title);
    return "there was no readable reply";
}

// In words, why the call was not taken.
std::string reason_in(const wire::Json& call) {
    const std::string status = text_at(call, "http_status");
    const std::string words = text_at(call, "reason");
    if (status.empty()) {
        const auto tries = call.member("tries");
        return outcome_in_words(
            tries && tries->size() > 0 ? text_at(tries->at(tries->size() - 1), "outcome") : "");
    }
    return words.empty() ? fmt::format("it answered {}", status)
                         : fmt::format("it answered {}: {}", status, words);
}

CallEnd end_of(const wire::Json& call) {
    CallEnd end;
    end.is_taken = text_at(call, "status") == "done" && text_at(call, "reply_class") == "taken";
    if (end.is_taken)
        end.found = text_at(call, "reason");
    else
        end.reason = reason_in(call);
    const auto tries = call.member("tries");
    if (!tries || tries->size() == 0)
        return end;
    const wire::Json last = tries->at(tries->size() - 1);
    end.us = last.member("latency_us")
                 .and_then([](const wire::Json& us) { return us.integer(); })
                 .value_or(0);
    if (end.is_taken)
        end.reply = text_at(last, "reply");
    return end;
}

// The first try's end is enough: a person waits for the word.
CallEnd follow(Site& site, const std::string& id, Steady::time_point last) {
    for (;;) {
        const auto answer = site.ask("GET", "/v1/calls/" + query_text(id));
        if (!answer)
            return CallEnd{.reason = answer.error(), .found = {}, .reply = {}};
        if (answer->at("status") != "queued" || !answer->at("reply_class").empty())
            return end_of(answer->root());
        if (Steady::now() >= last)
            return CallEnd{.reason = "the server has not made the call",
                           .found = {},
                           .reply = {},
                           .is_awaited = true};
        std::this_thread::sleep_for(look_every);
    }
}

std::string why_put_off(Site& site, const wire::Json& connector) {
    if (!site.server_runs())
        return "no server runs that could call it";
    if (const std::string by = text_at(connector, "paused_by"); !by.empty())
        return fmt::format("its calls are paused by {}", by);
    if (text_at(connector, "failing") == "true")
        return "the bank refuses our calls, and the next one is put off";
    if (const std::string until = text_at(connector, "paused_until"); !until.empty())
        return fmt::format("the bank has asked us to wait until {}", until);
    return {};
}

} // namespace

BankTrial try_bank(Site& site, const wire::Json& connector) {
    BankTrial trial;
    trial.put_off = why_put_off(site, connector);
    if (!trial.put_off.empty())
        return trial;
    const auto before = site.list("/v1/webhooks", 1);
    if (before && !before->empty())
        trial.newest_webhook = text_at(before->front().root(), "id");
    const auto made = site.ask(
        "POST", fmt::format("/v1/connectors/{}/test", query_text(text_at(connector, "name"))));
    if (!made) {
        trial.put_off = made.error();
        return trial;
    }
    const auto last = Steady::now() + site.wait_max();
    trial.test = follow(site, made->at("call_id"), last);
    if (const auto setup = made->root().member("setup_call_ids"))
        for (std::size_t i = 0; i < setup->size(); ++i)
            trial.setup.push_back(follow(site, text_at(setup->at(i), ""), last));
    else if (made->root().member("account_call_id"))
        trial.account = follow(site, made->at("account_call_id"), last);
    return trial;
}

} // namespace settled::cli::doctor
