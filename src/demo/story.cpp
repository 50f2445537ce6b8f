#include "demo/story.h"

namespace settled::demo {

Task<> tell_story(Stage& stage) {
    stage.terminal.title("settled demo",
                         "The real server between a model bank, a payment provider and a partner, "
                         "all on this machine. Every line that is ticked was checked against their "
                         "records or the server's API.");
    co_await scene_setup(stage);
    if (!stage.all_good()) {
        show_closing(stage);
        co_return;
    }
    Sent first;
    co_await scene_happy_path(stage, first);
    co_await scene_duplicates(stage, first);
    co_await scene_ambiguous(stage);
    co_await scene_early_money(stage);
    co_await scene_partner_down(stage);
    co_await scene_link(stage);
    if (!stage.world.loan_iban.empty()) {
        co_await scene_pay_out(stage);
        co_await scene_in_doubt(stage);
        co_await scene_send_back(stage);
        co_await scene_chaps(stage);
        co_await scene_bacs(stage);
    }
    co_await scene_platform(stage);
    co_await scene_loan(stage);
    const bool several = stage.world.nodes().are_several();
    if (several)
        co_await scene_any_node(stage);
    co_await scene_pace(stage);
    if (several)
        co_await scene_node_dies(stage);
    else
        co_await scene_kill(stage);
    co_await scene_console(stage);
    show_closing(stage);
}

} // namespace settled::demo
