#include "cli/layout.h"
#include "demo/stage.h"

namespace settled::demo {

namespace {

std::string percentiles(const std::vector<std::int64_t>& times) {
    const auto half = cli::percentile(times, 50);
    const auto almost_all = cli::percentile(times, 99);
    if (!half || !almost_all)
        return "nothing measured";
    return fmt::format("p50 {:>8}   p99 {:>8}", cli::duration_text(*half),
                       cli::duration_text(*almost_all));
}

void show_times(cli::Terminal& terminal, std::string_view name, const Latencies& times) {
    if (times.acknowledged_us.empty())
        return;
    terminal.sentence(fmt::format("{} ({})", name, times.acknowledged_us.size()));
    terminal.fact("acknowledged", percentiles(times.acknowledged_us));
    terminal.fact("partner told", percentiles(times.told_us));
}

} // namespace

void show_closing(Stage& stage) {
    cli::Terminal& terminal = stage.terminal;
    terminal.empty_line();
    int checked = 0;
    int failed = 0;
    int number = 0;
    for (const SceneResult& scene : stage.results()) {
        checked += scene.checked;
        failed += scene.failed;
        terminal.row(scene.failed == 0, fmt::format("{:>2}  {}", ++number, scene.name),
                     fmt::format("{} of {}", scene.checked - scene.failed, scene.checked));
    }
    terminal.empty_line();
    show_times(terminal, "Times since the bank sent the webhook, one after the other",
               stage.one_by_one);
    show_times(terminal, "The same, all at once, with a kill -9 among them", stage.at_once);
    terminal.verdict(failed == 0, failed == 0
                                      ? fmt::format("All {} checks hold.", checked)
                                      : fmt::format("{} of {} checks failed.", failed, checked));
}

} // namespace settled::demo
