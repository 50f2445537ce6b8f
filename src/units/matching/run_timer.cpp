#include "units/matching/run_timer.h"

#include "units/deliveries/cancel_lane.h"
#include "units/matching/reverse.h"
#include "units/matching/rivals.h"
#include "units/matching/tell_unmatched.h"
#include "units/matching/watermark.h"

namespace settled::units {

store::Step<bool> run_timer(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now) {
    if (task.kind == store::task_watermark || task.kind == store::task_decide_again) {
        co_await decide_at_watermark(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_settle_payment) {
        co_await settle_payment_again(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_reverse) {
        co_await reverse_again(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_cancel) {
        co_await cancel_more(s, context, std::move(task), now);
        co_return false;
    }
    co_return co_await tell_unmatched(s, context, std::move(task), now);
}

} // namespace settled::units
