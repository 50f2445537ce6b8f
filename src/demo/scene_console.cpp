// The console's figures are those of the lists that they lead to.
#include "demo/json_path.h"
#include "demo/stage.h"

#include <array>
#include <utility>

namespace settled::demo {

namespace {

constexpr std::array<std::string_view, 6> figures{"expected", "partially_settled", "unmatched",
                                                  "overdue",  "in_review",         "settled"};
constexpr int looks_max = 20;

// Figures that differ from their lists: "GBP unmatched: 3, and 4 on the list"; "" where none does. `checked`
// counts the figures.
struct Comparison {
    std::string differs;
    int checked = 0;
};

Task<> compare(World& world, std::string name, std::int64_t count, std::string list,
               Comparison& comparison) {
    const auto rows = co_await world.ask_all(std::move(list));
    ++comparison.checked;
    if (std::cmp_not_equal(rows.size(), count))
        comparison.differs = fmt::format("{}: {}, and {} on the list", name, count, rows.size());
}

Task<> compare_one(World& world, const Answer& overview, std::string name, std::string path,
                   Comparison& comparison) {
    co_await compare(world, std::move(name), overview.number(path + ".count"),
                     overview.text(path + ".list"), comparison);
}

Task<Comparison> compare_all(World& world, const Answer& overview) {
    Comparison comparison;
    const auto money = value_at(overview.json.root(), "money");
    for (std::size_t i = 0; money && i < money->size(); ++i) {
        const wire::Json of_currency = money->at(i);
        for (const std::string_view figure : figures)
            co_await compare(world, fmt::format("{} {}", text_at(of_currency, "currency"), figure),
                             number_at(of_currency, fmt::format("{}.count", figure)),
                             text_at(of_currency, fmt::format("{}.list", figure)), comparison);
    }
    co_await compare_one(world, overview, "open reviews", "reviews", comparison);
    co_await compare_one(world, overview, "dead deliveries", "deliveries.dead", comparison);
    co_return comparison;
}

} // namespace

// What is open may change while it is looked at: the story's last deliveries and timers are under way.
Task<> scene_console(Stage& stage) {
    World& world = stage.world;
    stage.begin(
        "The console says what its lists say",
        "Each figure of the overview leads to a list. The lists are read to their ends, and "
        "counted.");
    Comparison comparison;
    for (int looks = 0; looks < looks_max; ++looks) {
        const Answer overview = co_await world.ask("GET", "/v1/overview");
        if (overview.status != 200) {
            comparison.differs = overview.shown();
            break;
        }
        comparison = co_await compare_all(world, overview);
        if (comparison.differs.empty())
            break;
        co_await world.pause(std::chrono::milliseconds(250));
    }
    stage.check("each figure is the count of its list", comparison.differs.empty(),
                fmt::format("{} figures", comparison.checked), comparison.differs);
    const Answer found = co_await world.ask("GET", "/v1/payments?limit=1");
    const std::string payment = found.text("data.0.id");
    const Answer timeline = co_await world.ask("GET", "/v1/timeline/" + payment);
    stage.equal("a payment's timeline is of this payment", timeline.text("subject.id"), payment);
    const Answer search =
        co_await world.ask("POST", "/v1/search", fmt::format(R"({{"q":"{}"}})", payment));
    stage.equal("the search finds it by its id", search.text("data.0.id"), payment);
}

} // namespace settled::demo
