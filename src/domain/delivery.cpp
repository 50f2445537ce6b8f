#include "domain/delivery.h"

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

bool is_success(const AttemptResult& result) {
    return result.taken ||
           (result.http_status && *result.http_status >= 200 && *result.http_status < 300);
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
        return {AfterAttempt::delivered, {}};
    if (result.http_status == http_gone)
        return {AfterAttempt::disable_endpoint, {}};
    if (attempts_made > schedule.size())
        return {AfterAttempt::give_up, {}};
    const std::chrono::microseconds base = schedule[attempts_made - 1];
    const auto jitter_max = static_cast<std::uint64_t>(base.count() / 5);
    std::chrono::microseconds wait = base;
    if (jitter_max > 0)
        wait += std::chrono::microseconds(random % jitter_max);
    if (result.retry_after)
        wait = std::max<std::chrono::microseconds>(wait,
                                                   std::min(*result.retry_after, retry_after_max));
    return {AfterAttempt::retry, wait};
}

std::string outcome_token(const AttemptResult& result) {
    if (is_success(result))
        return "delivered";
    if (result.http_status)
        return fmt::format("http_{}", *result.http_status);
    return std::string(info(result.error.value_or(Code::internal)).token);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size())
        return seconds >= 0 ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
    std::tm when{};
    const std::string text(value);
    const char* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &when);
    if (rest == nullptr || *rest != '\0')
        return std::nullopt;
    const std::int64_t wait = std::int64_t{::timegm(&when)} - now.us / 1'000'000;
    return std::chrono::seconds(std::max<std::int64_t>(wait, 0));
}

} // namespace settled::domain
