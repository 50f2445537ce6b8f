#include "api/handlers/endpoint_settings_reader.h"

#include "api/bounds.h"
#include "base/limits.h"
#include "domain/channel.h"
#include "domain/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace settled::api {

namespace {

using domain::EndpointSettings;
using payloads::Reader;

// null takes the member away.
bool is_taken_away(const wire::Json& root, std::string_view name) {
    const auto member = root.member(name);
    return member && member->is_null();
}

void read_schedule(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    std::optional<std::int64_t> interval;
    bool batch = false;
    const bool given = in.optional_object("schedule", [&](Reader& inner) {
        interval = inner.optional_integer("interval_seconds", domain::interval_min.count(),
                                          domain::interval_max.count());
        batch = inner.optional_flag("batch");
        if (!interval && !inner.failed())
            inner.missing("interval_seconds");
    });
    if (!given && !is_taken_away(root, "schedule"))
        return;
    changes.emplace_back([=](EndpointSettings& s) {
        s.interval = std::chrono::seconds(interval.value_or(0));
        s.batch = batch;
    });
}

void read_order(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    const std::string order = in.optional_text("order", limits::text_bytes_max);
    if (!order.empty() && order != "subject")
        in.refuse(Code::value_invalid, "order", "give subject, or leave it out");
    if (!order.empty() || is_taken_away(root, "order"))
        changes.emplace_back([on = !order.empty()](EndpointSettings& s) { s.ordered = on; });
}

void read_rate(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    const auto written = in.member("rate_per_second");
    if (!written) {
        if (is_taken_away(root, "rate_per_second"))
            changes.emplace_back([](EndpointSettings& s) { s.rate_per_1000s = 0; });
        return;
    }
    const auto rate = domain::parse_rate(written->number().value_or(""));
    if (!rate)
        return in.refuse(rate.error().code, "rate_per_second", rate.error().detail);
    changes.emplace_back([rate = *rate](EndpointSettings& s) { s.rate_per_1000s = rate; });
}

void read_concurrency(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    const auto given = in.optional_integer("concurrency", 1, bounds::concurrency_max);
    if (given || is_taken_away(root, "concurrency"))
        changes.emplace_back([given](EndpointSettings& s) { s.concurrency = given.value_or(0); });
}

void read_retries(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    constexpr std::string_view name = "retry_after_seconds";
    const auto written = in.member(name);
    if (!written) {
        if (is_taken_away(root, name))
            changes.emplace_back([](EndpointSettings& s) { s.retry_after.clear(); });
        return;
    }
    std::vector<std::chrono::seconds> waits;
    const bool is_list =
        written->is_array() && written->size() > 0 && written->size() <= bounds::retries_max;
    for (std::size_t i = 0; is_list && i < written->size(); ++i) {
        const auto wait = written->at(i).integer();
        if (wait && *wait >= 0 && *wait <= bounds::retry_wait_max.count())
            waits.emplace_back(*wait);
    }
    if (!is_list || waits.size() != written->size())
        return in.refuse(Code::value_invalid, name,
                         fmt::format("give 1 to {} waits in seconds, each at most {}",
                                     bounds::retries_max, bounds::retry_wait_max.count()));
    changes.emplace_back([waits](EndpointSettings& s) { s.retry_after = waits; });
}

void read_filter(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    const auto written = in.member("filter");
    if (!written) {
        if (is_taken_away(root, "filter"))
            changes.emplace_back([](EndpointSettings& s) { s.filter.clear(); });
        return;
    }
    auto filter = domain::parse_filter(*written);
    if (!filter)
        return in.refuse(filter.error().code, "filter", filter.error().detail);
    changes.emplace_back([filter = *std::move(filter)](EndpointSettings& s) { s.filter = filter; });
}

void read_format(Reader& in, const wire::Json& root, SettingsChanges& changes) {
    const std::string word = in.optional_text("format", limits::text_bytes_max);
    const auto format = domain::parse_format(word);
    if (!word.empty() && !format)
        in.refuse(Code::value_invalid, "format", "give native, cloudevents or clearmatch");
    else if (format || is_taken_away(root, "format"))
        changes.emplace_back(
            [format](EndpointSettings& s) { s.format = format.value_or(domain::Format::native); });
    const std::string mode_word = in.optional_text("cloudevents_mode", limits::text_bytes_max);
    const auto mode = domain::parse_cloudevents_mode(mode_word);
    if (!mode_word.empty() && !mode)
        in.refuse(Code::value_invalid, "cloudevents_mode", "give structured, binary or batch");
    else if (mode)
        changes.emplace_back([mode](EndpointSettings& s) { s.cloudevents_mode = *mode; });
    if (const auto handshake = in.member("handshake")) {
        const auto flag = handshake->boolean();
        if (!flag)
            in.refuse(Code::value_invalid, "handshake", "give true or false");
        else
            changes.emplace_back([flag](EndpointSettings& s) { s.handshake = *flag; });
    }
    const std::string code = in.optional_text("partner_code", limits::text_bytes_max);
    if (!code.empty() || is_taken_away(root, "partner_code"))
        changes.emplace_back([code](EndpointSettings& s) { s.partner_code = code; });
}

} // namespace

SettingsChanges read_settings(Reader& in, const wire::Json& root) {
    SettingsChanges changes;
    read_schedule(in, root, changes);
    read_order(in, root, changes);
    read_rate(in, root, changes);
    read_concurrency(in, root, changes);
    read_retries(in, root, changes);
    read_filter(in, root, changes);
    read_format(in, root, changes);
    return changes;
}

Result<> check_settings(const EndpointSettings& settings, std::string_view url,
                        std::string_view public_url) {
    if (settings.format == domain::Format::clearmatch && public_url.empty())
        return fail(Code::value_invalid, "format: clearmatch needs [server] public_url, which its "
                                         "links begin with");
    if (settings.needs_handshake() && public_url.empty())
        return fail(Code::value_invalid, "handshake: it says who asks, by [server] public_url; set "
                                         "that, or handshake to false");
    const bool to_kafka = domain::channel_of(url) == domain::Channel::kafka;
    if (to_kafka && settings.batch)
        return fail(Code::value_invalid, "schedule.batch: a record of a topic holds one event");
    if (to_kafka && settings.format != domain::Format::native)
        return fail(Code::value_invalid, "format: a record of a topic is native");
    return {};
}

} // namespace settled::api
