#include "units/calls/ask_again.h"

#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"

namespace settled::units {

namespace {

constexpr std::chrono::microseconds after_unreadable = std::chrono::hours(1);

// The next whole multiple of the wait: several that put off one question meet there.
Instant next_time(const UnitScope& work, const store::CallRow& call) {
    const std::chrono::microseconds wait =
        call.status == store::call_done
            ? after_unreadable
            : std::chrono::microseconds(work.context.call_times.probe_every);
    return Instant{(work.now.us / wait.count() + 1) * wait.count()};
}

} // namespace

store::Step<> ask_again(store::Session& s, const UnitScope& work, std::string_view connector,
                        const store::CallRow& call) {
    if (call.status == store::call_refused)
        co_return;
    NewCall again;
    again.connector = call.connector;
    again.request = call.request;
    again.due_at = next_time(work, call);
    again.request_id = work.context.derived_ids->request_id(
        work.tenant, connector, token(call.purpose),
        {"again", call.request.target, call.request.body, std::to_string(again.due_at.us)});
    (void)co_await make_call(s, work, again);
}

} // namespace settled::units
