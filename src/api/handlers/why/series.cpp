// A figure over time, counted from what is stored.
#include "store/queries/series.h"
#include "api/core.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/status_figures.h"
#include "match/rank.h"
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace settled::api {

namespace {

using store::Session;
using store::Span;
using store::Step;
using wire::JsonWriter;

constexpr std::int64_t steps_max = 200;
constexpr std::int64_t step_min = 60;
constexpr std::int64_t step_max = 86'400;
constexpr std::int64_t step_default = 3'600;
constexpr std::int64_t second_us = 1'000'000;

struct Wanted {
    std::string metric;
    Instant from;
    Instant to;
    std::int64_t step = step_default; // seconds

    std::size_t steps() const {
        const std::int64_t length = step * second_us;
        return static_cast<std::size_t>((to.us - from.us + length - 1) / length);
    }
    Span span(std::size_t place) const {
        const Instant begin = from + std::chrono::seconds(step * static_cast<std::int64_t>(place));
        return {begin, std::min(to, begin + std::chrono::seconds(step))};
    }
};

// The values of each line, one for each step.
using Lines = std::map<std::string, std::vector<std::optional<std::int64_t>>, std::less<>>;

constexpr std::array<std::string_view, 5> metrics{"webhooks", "matches_by_rank", "deliveries",
                                                  "told_p50", "told_p99"};

Step<Lines> count(Session& s, TenantId tenant, std::shared_ptr<const Wanted> wanted) {
    Lines lines;
    const std::size_t steps = wanted->steps();
    if (wanted->metric != "matches_by_rank")
        lines[wanted->metric].resize(steps);
    for (std::size_t i = 0; i < steps; ++i) {
        const Span span = wanted->span(i);
        if (wanted->metric == "webhooks") {
            lines["webhooks"][i] = co_await store::count_webhooks_in(s, tenant, span, counted_max);
        } else if (wanted->metric == "deliveries") {
            lines["deliveries"][i] =
                co_await store::count_deliveries_in(s, tenant, span, counted_max);
        } else if (wanted->metric.starts_with("told_")) {
            const auto told = co_await store::count_told_in(s, tenant, span, counted_max);
            lines[wanted->metric][i] =
                store::percentile_of(told, wanted->metric == "told_p50" ? 50 : 99);
        } else {
            const auto by_rank = co_await store::count_matches_in(s, tenant, span, counted_max);
            for (const auto& [rank, found] : by_rank) {
                auto& line = lines[std::string(match::token(static_cast<match::Rank>(rank)))];
                line.resize(steps, 0);
                line[i] = found;
            }
        }
    }
    co_return lines;
}

std::string shown(const Lines& lines, const Wanted& wanted) {
    JsonWriter w;
    w.object().member("metric", wanted.metric);
    write_time(w, "from", wanted.from);
    write_time(w, "to", wanted.to);
    w.member("step", wanted.step).key("lines").array();
    for (const auto& [name, values] : lines) {
        w.object().member("name", name).key("values").array();
        for (const auto& value : values)
            if (value)
                w.value(*value);
            else
                w.null();
        w.end().end();
    }
    w.end().member("counted_to", counted_max).end();
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

Result<std::int64_t> step_of(const net::Request& request) {
    const auto given = request.parameter("step");
    if (!given)
        return step_default;
    std::int64_t step = 0;
    const char* const last = given->data() + given->size();
    const auto [end, error] = std::from_chars(given->data(), last, step);
    if (error != std::errc() || end != last || step < step_min || step > step_max)
        return fail(Code::parameter_invalid, "step: give seconds, 60 to 86400");
    return step;
}

Result<Wanted> read_wanted(const net::Request& request, Instant now) {
    Wanted wanted;
    wanted.metric = request.parameter("metric").value_or("");
    if (std::ranges::find(metrics, wanted.metric) == metrics.end())
        return fail(Code::parameter_invalid, "metric: give one of webhooks, matches_by_rank, "
                                             "deliveries, told_p50, told_p99");
    TRY(wanted.to, moment_of(request, "to", now));
    TRY(wanted.from, moment_of(request, "from", wanted.to - std::chrono::days(1)));
    TRY(wanted.step, step_of(request));
    if (wanted.to <= wanted.from)
        return fail(Code::parameter_invalid, "to: give a time after `from`");
    if (wanted.to.us - wanted.from.us > steps_max * wanted.step * second_us)
        return fail(Code::parameter_invalid, "step: give one that makes at most 200 steps");
    return wanted;
}

} // namespace

Task<Result<Answer>> show_series(const Core& core, const Call& call) {
    CO_TRY(Wanted read, read_wanted(call.request, core.clock.now()));
    const auto wanted = std::make_shared<const Wanted>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    const Result<Lines> lines =
        co_await core.store.read<Lines>([=](Session& s) { return count(s, tenant, wanted); });
    if (!lines)
        co_return std::unexpected(lines.error());
    co_return Answer{200, shown(*lines, *wanted)};
}

} // namespace settled::api
