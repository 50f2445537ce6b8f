// What the console opens with: what is open now, what was settled in a time, and where the list of
// each figure is.
#include "api/core.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/status_view.h"
#include "custody/time_zones.h"
#include "store/figures.h"
#include "store/queries/exports.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using store::MoneyCount;
using store::Session;
using store::Step;
using wire::JsonWriter;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

struct Period {
    Instant from;
    Instant to;
    std::string zone;
};

// The figures of one currency, each with the filter of its list.
struct Figure {
    std::string_view name;
    std::string_view list; // up to the currency
    store::MoneyPart part;
};
constexpr Figure open_figures[] = {
    {"expected", "/v1/payments?status=expected", store::MoneyPart::expected},
    {"partially_settled", "/v1/payments?status=partially_settled",
     store::MoneyPart::partially_settled},
    {"unmatched", "/v1/settlements?status=unmatched&waiting=true", store::MoneyPart::unmatched},
    {"overdue", "/v1/payments?status=overdue", store::MoneyPart::overdue},
    {"in_review", "/v1/settlements?status=ambiguous", store::MoneyPart::in_review},
};

// By currency, then by the figure's name.
using Sums = std::map<std::string, std::map<std::string_view, MoneyCount>, std::less<>>;

struct Overview {
    StatusFigures figures;
    Sums sums;
};

void add(Sums& sums, std::string_view name, const std::vector<MoneyCount>& found) {
    for (const MoneyCount& one : found)
        sums[std::string(one.amount.currency.code())][name] = one;
}

bool begins_row(Instant at, std::chrono::seconds length) {
    return store::start_of_row(at, length) == at;
}

// From the store's rows where the period is made of whole ones, which are kept for a time; otherwise
// counted, up to a limit.
Step<std::vector<MoneyCount>> read_settled(Session& s, TenantId tenant, Period period,
                                           Instant now) {
    struct Kept {
        std::chrono::seconds row;
        std::chrono::days days;
    };
    for (const Kept& kept : {Kept{store::hour_row, store::hour_rows_kept},
                             Kept{store::minute_row, store::minute_rows_kept}})
        if (begins_row(period.from, kept.row) && begins_row(period.to, kept.row) &&
            period.from >= now - kept.days)
            co_return co_await store::read_settled_money(s, tenant,
                                                         {period.from, period.to, kept.row});
    store::ExportFilter settled{"matched", "", period.from, period.to};
    co_return co_await store::sum_received(s, tenant, std::move(settled), counted_max);
}

Step<Overview> read(Session& s, TenantId tenant, ScopeSet scopes, Instant now,
                    std::chrono::days expiry, std::shared_ptr<const Period> period) {
    Overview overview{co_await read_figures(s, tenant, scopes, now, expiry), {}};
    for (const Figure& figure : open_figures)
        add(overview.sums, figure.name, overview.figures.open_money[figure.part]);
    add(overview.sums, "settled", co_await read_settled(s, tenant, *period, now));
    co_return overview;
}

std::string settled_list(const Period& period) {
    return fmt::format("/v1/settlements?status=matched&since={}&until={}",
                       wire::to_rfc3339(period.from), wire::to_rfc3339(period.to));
}

void write_figure(JsonWriter& w, std::string_view name, const std::string& list,
                  const std::map<std::string_view, MoneyCount>& sums, Currency currency) {
    const auto found = sums.find(name);
    const MoneyCount sum = found == sums.end() ? MoneyCount{{0, currency}, 0} : found->second;
    w.key(name).object().member("count", sum.count);
    wire::write_money(w, "amount", sum.amount);
    w.member("list", list).end();
}

void write_money(JsonWriter& w, const Sums& sums, const Period& period) {
    w.key("money").array();
    for (const auto& [code, figures] : sums) {
        const Currency currency = Currency::parse(code).value();
        const std::string of_currency = "&currency=" + code;
        w.object().member("currency", code);
        for (const Figure& figure : open_figures)
            write_figure(w, figure.name, std::string(figure.list) + of_currency, figures, currency);
        write_figure(w, "settled", settled_list(period) + of_currency, figures, currency);
        w.end();
    }
    w.end();
}

void write_count(JsonWriter& w, std::string_view name, std::int64_t count, std::string_view list) {
    w.key(name).object().member("count", count).member("list", list).end();
}

void write_work(JsonWriter& w, const StatusFigures& figures) {
    w.key("reviews").object().member("count", figures.reviews.all.count);
    write_time(w, "oldest_at", figures.reviews.all.oldest_at);
    w.key("by_kind").object();
    for (const auto& [kind, count] : figures.reviews.by_kind)
        w.member(kind, count);
    w.end().member("list", "/v1/reviews?status=open").end();
    w.key("deliveries");
    if (figures.deliveries) {
        w.object();
        write_count(w, "queued", figures.deliveries->count, "/v1/deliveries?status=queued");
        write_time(w, "oldest_at", figures.deliveries->oldest_at);
        write_count(w, "dead", figures.dead->count, "/v1/deliveries?status=dead");
        w.end();
    } else {
        w.null();
    }
    w.key("orders");
    if (figures.orders_in_doubt) {
        w.object();
        write_count(w, "in_doubt", *figures.orders_in_doubt, "/v1/orders?status=in_doubt");
        w.end();
    } else {
        w.null();
    }
}

std::string shown(const Overview& overview, const Period& period, const domain::Attention& limits) {
    const auto attention = attention_of(overview.figures, limits);
    JsonWriter w;
    w.object().member("state", state_of(attention));
    write_time(w, "as_of", overview.figures.now);
    write_time(w, "from", period.from);
    write_time(w, "to", period.to);
    w.member("zone", period.zone);
    write_money(w, overview.sums, period);
    write_work(w, overview.figures);
    write_endpoint_figures(w, overview.figures);
    write_connectors(w, overview.figures);
    write_attention(w, attention);
    w.member("counted_to", counted_max).end();
    return std::move(w).text();
}

// Midnight of the day that the zone's clocks show at that moment, `days` later.
Instant midnight(const wire::TimeZone& zone, Instant at, int days) {
    const std::int64_t local = at.us + zone.offset_at(at.us / second_us) * second_us;
    return zone.to_instant((local / day_us + days) * day_us);
}

Result<Instant> moment_of(const std::string& text, std::string_view name,
                          const wire::TimeZone& zone) {
    constexpr std::size_t date_letters = 10;
    const auto at = text.size() == date_letters ? wire::parse_local_time(text + "T00:00:00", zone)
                                                : wire::parse_rfc3339(text);
    if (!at)
        return fail(Code::parameter_invalid,
                    std::string(name) + ": give a day, such as 2026-11-22, or a time");
    return Instant{at->us - at->us % 1'000}; // as the address of the list says it
}

Result<Period> read_period(const net::Request& request, const wire::TimeZone& zone, Instant now) {
    Period period{midnight(zone, now, 0), {}, request.parameter("zone").value_or("UTC")};
    if (const auto from = request.parameter("from")) {
        TRY(period.from, moment_of(*from, "from", zone));
    }
    period.to = midnight(zone, period.from, 1);
    if (const auto to = request.parameter("to")) {
        TRY(period.to, moment_of(*to, "to", zone));
    }
    if (period.to <= period.from)
        return fail(Code::parameter_invalid, "to: give a time after `from`");
    return period;
}

Task<Result<wire::TimeZone>> zone_of(const Core& core, const net::Request& request) {
    const std::string name = request.parameter("zone").value_or("UTC");
    if (name == "UTC")
        co_return wire::TimeZone::utc();
    auto zone = co_await core.key_desk.run<wire::TimeZone>(
        [name] { return custody::open_time_zone(name); });
    if (!zone && zone.error().code == Code::value_invalid)
        co_return fail(Code::parameter_invalid, "zone: " + zone.error().detail);
    co_return zone;
}

} // namespace

Task<Result<Answer>> show_overview(const Core& core, const Call& call) {
    const Instant now = core.clock.now();
    CO_TRY(const wire::TimeZone zone, co_await zone_of(core, call.request));
    CO_TRY(Period read_from, read_period(call.request, zone, now));
    const auto period = std::make_shared<const Period>(std::move(read_from));
    const TenantId tenant = call.caller.tenant;
    const ScopeSet scopes = call.caller.scopes;
    Result<Overview> overview =
        co_await core.store.read<Overview>([=, expiry = core.attention.expiry](Session& s) {
            return read(s, tenant, scopes, now, expiry, period);
        });
    if (!overview)
        co_return std::unexpected(overview.error());
    add_node_figures(overview->figures, core, call.caller);
    co_return Answer{200, shown(*overview, *period, core.attention)};
}

} // namespace settled::api
