#include "units/matching/run_timer.h"

#include "units/deliveries/cancel_lane.h"
#include "units/deliveries/dead_letters.h"
#include "units/deliveries/interval.h"
#include "units/deliveries/recover.h"
#include "units/matching/reverse.h"
#include "units/matching/rivals.h"
#include "units/matching/tell_unmatched.h"
#include "units/matching/watermark.h"
#include "units/orders/movement.h"
#include "units/postings/collect.h"
#include "units/returns/return_questions.h"
#include "units/statements/bank_statement.h"

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
    if (task.kind == store::task_unclear_credit) {
        co_await ask_about_credit(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_collect) {
        co_await collect_later(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_return) {
        co_await ask_about_return(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_cancel) {
        co_await cancel_more(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_interval) {
        co_await end_interval(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_tell_dead) {
        co_await tell_dead(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_recover) {
        co_await recover_some(s, context, std::move(task), now);
        co_return false;
    }
    if (task.kind == store::task_statement) {
        co_await advance_statement(s, context, std::move(task), now);
        co_return false;
    }
    co_return co_await tell_unmatched(s, context, std::move(task), now);
}

} // namespace settled::units
