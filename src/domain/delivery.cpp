#include "domain/delivery.h"

#include "domain/breaker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace settled::domain {

namespace {

using namespace std::chrono_literals;

constexpr auto retry_after_max = std::chrono::seconds(24h);
constexpr int http_gone = 410;

bool asks_for_less(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

std::optional<std::int64_t> seconds_of(const std::string& text, const char* form) {
    std::tm when{};
    const char* const rest = ::strptime(text.c_str(), form, &when);
    if (rest == nullptr || *rest != '\0')
        return std::nullopt;
    return std::int64_t{::timegm(&when)};
}

// IMF-fixdate, RFC 850, asctime.
std::optional<std::int64_t> parse_http_date(const std::string& text) {
    for (const char* const form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"})
        if (const auto seconds = seconds_of(text, form))
            return seconds;
    return std::nullopt;
}

void apply_retry_after(Disposition& after, const AttemptResult& result) {
    const int status = result.http_status.value_or(0);
    const bool is_asked = result.retry_after && result.retry_after->count() > 0;
    if (is_asked) {
        const std::chrono::microseconds asked = std::min(*result.retry_after, retry_after_max);
        after.wait = std::max(after.wait, asked);
        if (status == 429 || status == 503)
            after.quiet_for = asked;
    } else if (asks_for_less(status)) {
        after.wait *= 2;
        after.slow_down = true;
    }
}

} // namespace

std::span<const std::string_view> task_status_tokens() {
    static constexpr std::array<std::string_view, 4> tokens{"queued", "done", "dead", "cancelled"};
    return tokens;
}

std::string_view token(TaskStatus status) {
    return task_status_tokens()[static_cast<std::size_t>(status)];
}

std::span<const std::chrono::seconds> default_schedule() {
    static constexpr std::array<std::chrono::seconds, 9> waits{5s,  5min, 30min, 2h, 5h,
                                                               10h, 14h,  20h,   24h};
    return waits;
}

Disposition after_attempt(const AttemptResult& result, std::size_t attempts_made,
                          std::span<const std::chrono::seconds> schedule, std::uint64_t random) {
    if (is_success(result))
        return {AfterAttempt::delivered, {}, {}, false};
    if (result.http_status == http_gone)
        return {AfterAttempt::disable_endpoint, {}, {}, false};
    if (attempts_made > schedule.size())
        return {AfterAttempt::give_up, {}, {}, false};
    const std::chrono::microseconds base = schedule[attempts_made - 1];
    const auto jitter_max = static_cast<std::uint64_t>(base.count() / 5);
    std::chrono::microseconds wait = base;
    if (jitter_max > 0)
        wait += std::chrono::microseconds(random % jitter_max);
    Disposition after{AfterAttempt::retry, wait, {}, false};
    apply_retry_after(after, result);
    return after;
}

Disposition after_probe(const AttemptResult& result, std::chrono::microseconds owed_for) {
    if (is_success(result))
        return {AfterAttempt::delivered, {}, {}, false};
    if (result.http_status == http_gone)
        return {AfterAttempt::disable_endpoint, {}, {}, false};
    if (owed_for >= held_delivery_max)
        return {AfterAttempt::give_up, {}, {}, false};
    Disposition after{AfterAttempt::retry, {}, {}, false};
    apply_retry_after(after, result);
    return after;
}

bool is_success(const AttemptResult& result) {
    if (result.taken)
        return true;
    return result.http_status && *result.http_status >= 200 && *result.http_status < 300 &&
           !result.error;
}

std::string outcome_token(const AttemptResult& result) {
    if (is_success(result))
        return "delivered";
    if (result.http_status && !result.error)
        return fmt::format("http_{}", *result.http_status);
    return std::string(info(result.error.value_or(Code::internal)).token);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size())
        return seconds >= 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
    const auto date = parse_http_date(std::string(value));
    if (!date)
        return std::nullopt;
    const std::int64_t wait = *date - now.us / 1'000'000;
    return std::chrono::seconds(std::max<std::int64_t>(wait, 0));
}

} // namespace settled::domain
