// A figure over time, read from the rows that writers keep for each minute and each hour.
#include "store/queries/series.h"
#include "api/core.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/views.h"
#include "match/rank.h"
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace settled::api {

namespace {

using store::FigureLines;
using store::Metric;
using store::Session;
using store::Step;
using store::Steps;
using wire::JsonWriter;

constexpr std::size_t steps_max = 200;
constexpr std::int64_t step_min = 60;
constexpr std::int64_t step_max = 86'400;
constexpr std::int64_t step_default = 3'600;

struct Named {
    std::string_view name;
    Metric metric;
    std::int64_t of_hundred = 0; // a percentile
};
constexpr auto metrics = std::to_array<Named>({{"webhooks", Metric::webhooks},
                                               {"matches_by_rank", Metric::matches_by_rank},
                                               {"deliveries", Metric::deliveries},
                                               {"told_p50", Metric::told, 50},
                                               {"told_p99", Metric::told, 99}});

struct Wanted {
    Named metric;
    Steps steps;
};

// The values of a line, one for each step; nullopt: there is none.
struct Line {
    std::string name;
    std::vector<std::optional<std::int64_t>> values;
};

std::string name_of(const Named& wanted, std::int64_t kind) {
    constexpr std::array<std::string_view, 4> ends{"delivered", "to_retry", "dead", "cancelled"};
    switch (wanted.metric) {
    case Metric::matches_by_rank:
        return std::string(match::token(static_cast<match::Rank>(kind)));
    case Metric::deliveries:
        return std::string(ends.at(static_cast<std::size_t>(kind)));
    case Metric::webhooks:
    case Metric::told:
        break;
    }
    return std::string(wanted.name);
}

Line percentiles(const Wanted& wanted, const FigureLines& found) {
    Line line{std::string(wanted.metric.name), {}};
    for (std::size_t i = 0; i < wanted.steps.count(); ++i) {
        store::ToldCounts counts{};
        for (const auto& [bucket, numbers] : found)
            counts.at(static_cast<std::size_t>(bucket)) = numbers.at(i);
        line.values.push_back(store::percentile_of(counts, wanted.metric.of_hundred));
    }
    return line;
}

std::vector<Line> lines_of(const Wanted& wanted, FigureLines found) {
    if (wanted.metric.metric == Metric::told)
        return {percentiles(wanted, found)};
    if (wanted.metric.metric != Metric::matches_by_rank)
        found[0].resize(wanted.steps.count()); // there is always this one
    std::vector<Line> lines;
    for (const auto& [kind, numbers] : found)
        lines.push_back({name_of(wanted.metric, kind), {numbers.begin(), numbers.end()}});
    return lines;
}

std::string shown(const std::vector<Line>& lines, const Wanted& wanted) {
    JsonWriter w;
    w.object().member("metric", wanted.metric.name);
    write_time(w, "from", wanted.steps.from);
    write_time(w, "to", wanted.steps.to);
    w.member("step", static_cast<std::int64_t>(wanted.steps.step.count())).key("lines").array();
    for (const Line& line : lines) {
        w.object().member("name", line.name).key("values").array();
        for (const auto& value : line.values)
            if (value)
                w.value(*value);
            else
                w.null();
        w.end().end();
    }
    w.end().end();
    return std::move(w).text();
}

Result<Instant> moment_of(const net::Request& request, std::string_view name, Instant otherwise) {
    const auto given = request.parameter(name);
    if (!given)
        return otherwise;
    const auto at = wire::parse_rfc3339(*given);
    if (!at)
        return fail(Code::parameter_invalid,
                    std::string(name) + ": give a time, such as 2026-11-22T10:00:00Z");
    return *at;
}

// Whole minutes up to an hour, then whole hours: steps consist of whole rows.
Result<std::chrono::seconds> step_of(const net::Request& request) {
    const auto given = request.parameter("step");
    if (!given)
        return std::chrono::seconds(step_default);
    std::int64_t step = 0;
    const char* const last = given->data() + given->size();
    const auto [end, error] = std::from_chars(given->data(), last, step);
    const bool is_read =
        error == std::errc() && end == last && step >= step_min && step <= step_max;
    if (!is_read ||
        step % (step < store::hour_row.count() ? step_min : store::hour_row.count()) != 0)
        return fail(
            Code::parameter_invalid,
            "step: give whole minutes in seconds, 60 to 3540, or whole hours, 3600 to 86400");
    return std::chrono::seconds(step);
}

Instant end_of_row(Instant at, std::chrono::seconds row) {
    const Instant start = store::start_of_row(at, row);
    return start == at ? at : start + row;
}

Result<Wanted> read_wanted(const net::Request& request, Instant now) {
    Wanted wanted;
    const std::string name = request.parameter("metric").value_or("");
    const auto* const metric = std::ranges::find(metrics, name, &Named::name);
    if (metric == metrics.end())
        return fail(Code::parameter_invalid, "metric: give one of webhooks, matches_by_rank, "
                                             "deliveries, told_p50, told_p99");
    wanted.metric = *metric;
    Steps& steps = wanted.steps;
    TRY(steps.step, step_of(request));
    steps.row = steps.step < store::hour_row ? store::minute_row : store::hour_row;
    TRY(steps.to, moment_of(request, "to", now));
    steps.to = end_of_row(steps.to, steps.row);
    TRY(steps.from, moment_of(request, "from", steps.to - std::chrono::days(1)));
    steps.from = store::start_of_row(steps.from, steps.row);
    if (steps.to <= steps.from)
        return fail(Code::parameter_invalid, "to: give a time after `from`");
    if (steps.count() > steps_max)
        return fail(Code::parameter_invalid, "step: give one that makes at most 200 steps");
    return wanted;
}

} // namespace

Task<Result<Answer>> show_series(const Core& core, const Call& call) {
    CO_TRY(const Wanted wanted, read_wanted(call.request, core.clock.now()));
    const TenantId tenant = call.caller.tenant;
    const Metric metric = wanted.metric.metric;
    const Steps steps = wanted.steps;
    Result<FigureLines> found = co_await core.store.read<FigureLines>(
        [=](Session& s) { return store::read_figures(s, tenant, metric, steps); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return Answer{200, shown(lines_of(wanted, *std::move(found)), wanted)};
}

} // namespace settled::api
