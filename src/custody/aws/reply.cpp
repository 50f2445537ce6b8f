#include "custody/aws/reply.h"

#include "wire/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace settled::custody::aws {

namespace {

constexpr std::size_t name_bytes_max = 64;

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        };
        return lower(x) == lower(y);
    });
}

// "com.amazonaws.secretsmanager#ResourceNotFoundException", "ThrottlingException:http://…"
std::string plain_name(std::string_view text) {
    if (const std::size_t hash = text.rfind('#'); hash != text.npos)
        text.remove_prefix(hash + 1);
    text = text.substr(0, text.find(':'));
    const bool is_plain = text.size() <= name_bytes_max && std::ranges::all_of(text, [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                     (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
                          });
    return is_plain ? std::string(text) : std::string();
}

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::array<std::string_view, Count>& names) {
    return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 12> passing{"Throttling",
                                                   "ThrottlingException",
                                                   "ThrottledException",
                                                   "TooManyRequestsException",
                                                   "RequestLimitExceeded",
                                                   "RequestThrottled",
                                                   "RequestThrottledException",
                                                   "SlowDown",
                                                   "RequestTimeout",
                                                   "InternalError",
                                                   "InternalServiceError",
                                                   "ServiceUnavailable"};
constexpr std::array<std::string_view, 2> skewed{"RequestTimeTooSkewed", "RequestExpired"};
constexpr std::array<std::string_view, 3> expired{"ExpiredToken", "ExpiredTokenException",
                                                  "TokenRefreshRequired"};
constexpr std::array<std::string_view, 4> unknown_key{
    "InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "InvalidToken"};
constexpr std::array<std::string_view, 5> not_found{"ResourceNotFoundException", "NoSuchKey",
                                                    "NoSuchBucket", "NoSuchVersion", "NotFound"};
constexpr std::array<std::string_view, 2> bad_signature{"SignatureDoesNotMatch",
                                                        "InvalidSignatureException"};

// "Signature expired: 20261130T… is now earlier than …", "Signature not yet current: …"
bool names_the_time(std::string_view body) {
    return body.contains("Signature expired") || body.contains("Signature not yet current");
}

std::string_view entity(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> all{
        {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}}};
    for (const auto& [word, text] : all)
        if (word == name)
            return text;
    return {};
}

} // namespace

std::optional<std::string_view> HttpReply::find(std::string_view name) const {
    for (const auto& [own, value] : fields)
        if (same_name(own, name))
            return value;
    return std::nullopt;
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view name) {
    const std::string open = fmt::format("<{}>", name);
    const std::size_t begin = xml.find(open);
    if (begin == xml.npos)
        return std::nullopt;
    xml.remove_prefix(begin + open.size());
    const std::size_t end = xml.find('<');
    if (end == xml.npos || !xml.substr(end).starts_with(fmt::format("</{}>", name)))
        return std::nullopt;
    std::string text;
    for (std::string_view rest = xml.substr(0, end); !rest.empty();) {
        if (rest.front() != '&') {
            text += rest.front();
            rest.remove_prefix(1);
            continue;
        }
        const std::size_t stop = rest.find(';');
        const std::string_view resolved =
            stop == rest.npos ? std::string_view() : entity(rest.substr(1, stop - 1));
        if (resolved.empty())
            return std::nullopt;
        text += resolved;
        rest.remove_prefix(stop + 1);
    }
    return text;
}

std::string error_name(const HttpReply& reply) {
    const std::string_view body = reply.body.reveal(); // an error holds no secret
    if (const auto type = reply.find("x-amzn-errortype"))
        return plain_name(*type);
    if (const auto code = xml_text(body, "Code"))
        return plain_name(*code);
    const auto document = wire::JsonDocument::parse(body);
    for (const std::string_view member : {"__type", "code", "Code"})
        if (const auto named = document ? document->root().member(member) : std::nullopt)
            if (const auto text = named->string())
                return plain_name(*text);
    return {};
}

Trouble trouble_of(const HttpReply& reply) {
    const std::string name = error_name(reply);
    if (is_one_of(name, skewed) ||
        (is_one_of(name, bad_signature) && names_the_time(reply.body.reveal())))
        return Trouble::skewed;
    if (is_one_of(name, expired))
        return Trouble::expired;
    if (is_one_of(name, unknown_key))
        return Trouble::unknown_key;
    if (is_one_of(name, passing) || reply.status == 429 || reply.status >= 500)
        return Trouble::passing;
    if (is_one_of(name, not_found) || reply.status == 404)
        return Trouble::not_found;
    if (reply.status == 401 || reply.status == 403 || name.starts_with("AccessDenied"))
        return Trouble::denied;
    return Trouble::other;
}

std::optional<std::int64_t> seconds_of_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || !text.ends_with(" GMT"))
        return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = -1;
        const char* const end = text.data() + at + size;
        const auto [stop, error] = std::from_chars(text.data() + at, end, value);
        return error == std::errc() && stop == end ? value : -1;
    };
    const auto* const month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end())
        return std::nullopt;
    const std::chrono::year_month_day day{
        std::chrono::year(number(12, 4)),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(static_cast<unsigned>(std::max(number(5, 2), 0)))};
    const int hour = number(17, 2);
    const int minute = number(20, 2);
    const int second = number(23, 2);
    if (number(12, 4) < 1970 || !day.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    const auto days = std::chrono::sys_days(day).time_since_epoch();
    return std::chrono::seconds(days).count() + hour * 3600 + minute * 60 + second;
}

} // namespace settled::custody::aws
