// What a record waits for: the store, the dead-letter topic, time.
#include "kafka/bounds.h"
#include "kafka/consumer.h"
#include "observe/log.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace settled::kafka {

namespace {

namespace asio = boost::asio;

std::chrono::milliseconds longer(std::chrono::milliseconds wait) {
    return std::min(wait * 2, bounds::retry_wait_max);
}

} // namespace

Task<Result<units::Registered>>
Consumer::try_to_register(std::shared_ptr<const units::Registration> registration) {
    if (!deps_.may_write())
        co_return fail(Code::store_unavailable, "this server has no place among the nodes now");
    const units::Context& context = deps_.context;
    co_return co_await deps_.store.write<units::Registered>(
        [&context, registration](store::Session& s) {
            return units::register_payment(s, context, registration);
        });
}

// Until the store has it, or has refused the row so often that waiting will not help.
Task<Consumer::Stored> Consumer::store(Work& work) {
    using Kind = units::Registered::Kind;
    auto wait = bounds::retry_wait_min;
    int refusals = 0;
    while (!abandoned(work)) {
        const auto registered = co_await try_to_register(work.registration);
        if (registered) {
            stalled_ = false;
            if (registered->kind == Kind::conflict)
                work.unusable = Error{Code::payment_conflict,
                                      "a payment of this id is registered with other content"};
            co_return registered->kind == Kind::conflict ? Stored::refused
            : registered->kind == Kind::created          ? Stored::registered
            : registered->kind == Kind::ignored          ? Stored::ignored
                                                         : Stored::known;
        }
        const Error& error = registered.error();
        if (error.code == Code::constraint_violated && ++refusals == bounds::refusals_max) {
            work.unusable = Error{error.code, "the store refuses it"};
            co_return Stored::refused;
        }
        if (!stalled_)
            log::lasting("kafka.store_failed", error, {{"group", settings_.group}});
        stalled_ = true;
        deps_.probe.store_failed();
        co_await sleep(wait);
        wait = longer(wait);
    }
    co_return Stored::given_up;
}

// Until the dead-letter topic has it. False: given up before.
Task<bool> Consumer::put_aside(const Work& work, Error reason) {
    auto wait = bounds::retry_wait_min;
    NewRecord dead =
        dead_letter(*work.record, reason, settings_.dead_letter_topic, settings_.group);
    while (!abandoned(work)) {
        const auto placed = co_await deps_.producer.send(dead);
        if (placed) {
            deps_.probe.ended(Outcome::dead_lettered);
            log::warn("kafka.dead_lettered", {{"reason", info(reason.code).token},
                                              {"topic", work.record->topic},
                                              {"partition", work.record->partition},
                                              {"offset", work.record->offset}});
            co_return true;
        }
        log::lasting("kafka.dead_letter_unwritten", placed.error(),
                     {{"topic", settings_.dead_letter_topic}});
        // Where it came from finds it again, as long as its topic keeps it.
        const bool too_large = placed.error().detail == "MSG_SIZE_TOO_LARGE";
        if (too_large && dead.body) {
            dead.body.reset();
            dead.headers.push_back({"settled-body", "left out: too large"});
            continue;
        }
        co_await sleep(wait);
        wait = longer(wait);
    }
    co_return false;
}

Task<> Consumer::sleep(std::chrono::milliseconds wait) {
    asio::steady_timer timer(io_, wait);
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace settled::kafka
