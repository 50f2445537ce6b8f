// Parsing of the URLs that the server calls. Strict: what browsers repair is refused here, since a
// URL that two parsers read differently is how egress filters are fooled.
#include "net/client/client.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace settled::net {

namespace {

constexpr std::size_t host_bytes_max = 253; // RFC 1035 section 2.3.4, without the root dot
constexpr std::size_t url_bytes_max = 2048;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return out;
}

// Letters, digits, hyphen, underscore (seen in partners' names) in labels of 1 to 63 characters.
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > host_bytes_max) {
        return false;
    }
    while (true) {
        const std::size_t dot = host.find('.');
        const std::string_view label = host.substr(0, dot);
        const bool fits = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                          label.back() != '-' && std::ranges::all_of(label, [](char c) {
                              return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
                          });
        if (!fits) {
            return false;
        }
        if (dot == std::string_view::npos) {
            break;
        }
        host.remove_prefix(dot + 1);
    }
    // inet_aton reads "127.1", "0x7f.1" and "2130706433" as numbers, and no name server has them.
    return !is_digit(host.front());
}

bool is_target_char(char c) {
    const auto code = static_cast<unsigned char>(c);
    return code > 0x20 && code < 0x7f &&
           std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || !is_digit(text.front()) || error != std::errc() ||
        end != text.data() + text.size() || port == 0) {
        return fail(Code::url_invalid, "the port must be a number from 1 to 65535");
    }
    return port;
}

Result<> parse_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos) {
        return fail(Code::url_invalid, "a URL may not hold a user name or password");
    }
    boost::system::error_code error;
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || authority.find('%') != std::string_view::npos) {
            return fail(Code::url_invalid, "the IPv6 address is not valid");
        }
        url.host = lower_case(authority.substr(1, close - 1));
        boost::asio::ip::make_address_v6(url.host, error);
        if (error) {
            return fail(Code::url_invalid, "the IPv6 address is not valid");
        }
        port = authority.substr(close + 1);
    } else {
        const std::size_t colon = authority.find(':');
        url.host = lower_case(authority.substr(0, colon));
        boost::asio::ip::make_address_v4(url.host, error);
        if (error && !is_name(url.host)) {
            return fail(Code::url_invalid, "the host name is not valid");
        }
        port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
    }
    url.port = url.tls ? 443 : 80;
    if (port.empty()) {
        return {};
    }
    if (port.front() != ':') {
        return fail(Code::url_invalid, "the host name is not valid");
    }
    TRY(url.port, parse_port(port.substr(1)));
    return {};
}

} // namespace

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80)) {
        out += ":" + std::to_string(port);
    }
    return out;
}

Result<Url> Url::parse(std::string_view text) {
    Url url;
    if (text.size() > url_bytes_max) {
        return fail(Code::url_invalid, "the URL is longer than 2048 characters");
    }
    const std::size_t colon = text.find("://");
    const std::string scheme = lower_case(text.substr(0, colon));
    if (colon == std::string_view::npos || (scheme != "https" && scheme != "http")) {
        return fail(Code::url_invalid, "the URL must start with https://");
    }
    url.tls = scheme == "https";
    text.remove_prefix(colon + 3);
    const std::size_t slash = text.find_first_of("/?#");
    TRY_VOID(parse_authority(text.substr(0, slash), url));
    if (slash == std::string_view::npos) {
        return url;
    }
    const std::string_view target = text.substr(slash);
    if (!std::ranges::all_of(target, is_target_char)) {
        return fail(Code::url_invalid,
                    "the URL may hold no fragment and only characters that RFC 3986 allows");
    }
    url.target = target.front() == '/' ? std::string(target) : "/" + std::string(target);
    return url;
}

} // namespace settled::net
