#include "net/server/response_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace settled::net {

namespace {

std::string_view reason_of(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "";
    }
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

} // namespace

bool is_field(std::string_view name, std::string_view value) {
    return !name.empty() && std::ranges::all_of(name, is_token_char) &&
           std::ranges::all_of(value, [](char c) {
               const auto code = static_cast<unsigned char>(c);
               return code == '\t' || (code >= 0x20 && code != 0x7f);
           });
}

bool is_sendable(const Response& response) {
    // A peer at fault may end with an interim status.
    const int status_min = response.cut_after ? 100 : 200;
    return response.status >= status_min && response.status <= 599 &&
           is_field("Content-Type", response.content_type) &&
           std::ranges::all_of(response.fields, [](const auto& field) {
               return is_field(field.first, field.second);
           });
}

void append_chunk(std::string& out, std::string_view part) {
    if (part.empty()) {
        return; // an empty chunk would be the end
    }
    out.append(fmt::format("{:x}\r\n", part.size())).append(part).append("\r\n");
}

std::string http_date(std::int64_t seconds) {
    using namespace std::chrono;
    const sys_seconds instant{std::chrono::seconds(seconds)};
    const auto day = floor<days>(instant);
    const year_month_day date(day);
    const hh_mm_ss time(instant - day);
    constexpr std::array day_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       day_names.at(weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                       month_names.at(static_cast<unsigned>(date.month()) - 1),
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

void append_response(std::string& out, const Response& response, const ResponseFrame& frame) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(reason_of(response.status));
    out.append("\r\nDate: ").append(frame.date);
    // 204 and 304 have no body, and 204 no length either (RFC 9110 section 8.6).
    const bool bodiless = response.status == 204 || response.status == 304;
    if (response.source) {
        out.append("\r\nContent-Type: ").append(response.content_type);
        if (frame.chunked) {
            out.append("\r\nTransfer-Encoding: chunked");
        }
    } else if (!bodiless) {
        if (!response.body.empty()) {
            out.append("\r\nContent-Type: ").append(response.content_type);
        }
        out.append("\r\nContent-Length: ");
        append_number(out, response.body.size());
    }
    out.append("\r\nX-Request-Id: ").append(frame.request_id);
    if (frame.close) {
        out.append("\r\nConnection: close");
    }
    for (const auto& [name, value] : response.fields) {
        out.append("\r\n").append(name).append(": ").append(value);
    }
    out.append("\r\n\r\n");
    if (!bodiless && !frame.head_only) {
        out.append(response.body);
    }
}

} // namespace settled::net
